-- The ledger: which file arrived when, from where, and what became of each of its lines.
create table if not exists files (
    sha256 text primary key,
    bytes integer not null,
    compression text not null,
    state text not null check (state in ('stored', 'landed', 'partial', 'failed', 'superseded', 'retracted')),
    landed_at text not null,
    damage text,
    superseded_by text,
    parser_version integer not null default 0,
    lines integer not null default 0,
    rows integer not null default 0,
    skipped integer not null default 0
) strict;
create table if not exists origins (
    path text not null,
    sha256 text not null references files (sha256),
    bytes integer not null,
    modified_ns integer not null,
    seen_at text not null,
    primary key (path, sha256)
) strict;
create table if not exists ignored (
    path text primary key,
    bytes integer not null,
    modified_ns integer not null,
    reason text not null,
    recognition integer not null
) strict;
create table if not exists due (
    sha256 text primary key references files (sha256)
) strict;
create table if not exists parts (
    sha256 text not null references files (sha256),
    event_date text not null,
    name text not null,
    rows integer not null,
    primary key (event_date, name)
) strict;
create table if not exists rejects (
    sha256 text not null references files (sha256),
    reason text not null,
    lines integer not null,
    primary key (sha256, reason)
) strict;
create table if not exists lake_files (
    sha256 text not null,
    path text primary key,
    bytes integer not null,
    checksum text not null
) strict;
create table if not exists event_types (
    sha256 text not null references files (sha256),
    event_type text not null,
    event_source text not null,
    rows integer not null,
    primary key (sha256, event_type, event_source)
) strict;
create table if not exists unknown_fields (
    sha256 text not null references files (sha256),
    field text not null,
    rows integer not null,
    primary key (sha256, field)
) strict;
create table if not exists partitions (
    event_date text primary key,
    fingerprint text not null,
    rows integer not null,
    duplicate_rows integer not null
) strict;
create table if not exists duplicates (
    event_date text not null,
    sha256 text not null,
    rows integer not null,
    primary key (event_date, sha256)
) strict;
create index if not exists parts_by_file on parts (sha256);
create index if not exists lake_files_by_file on lake_files (sha256);
-- What a file of a data package is; its sha256 in `files` is a hash of `content`, the bytes' own, and of the rest.
create table if not exists deliveries (
    sha256 text primary key references files (sha256),
    content text not null,
    format text not null,
    dataset text,
    scope text not null,
    scope_id text,
    dump_date text not null,
    dated_by text not null,
    package text not null
) strict;
create table if not exists dump_parts (
    sha256 text not null references files (sha256),
    folder text not null,
    dump_date text not null,
    name text not null,
    rows integer not null,
    layout integer not null,
    primary key (folder, dump_date, name)
) strict;
create table if not exists skips (
    sha256 text not null references files (sha256),
    rule text not null,
    lines integer not null,
    primary key (sha256, rule)
) strict;
create table if not exists notes (
    sha256 text not null references files (sha256),
    note text not null,
    times integer not null,
    primary key (sha256, note)
) strict;
-- Values that did not fit their column and are NULL in their rows: how many, and the first of them.
create table if not exists odd_values (
    sha256 text not null references files (sha256),
    name text not null,
    times integer not null,
    line integer not null,
    value text not null,
    primary key (sha256, name)
) strict;
create table if not exists archives (
    path text primary key,
    bytes integer not null,
    modified_ns integer not null,
    damage text,
    seen_at text not null
) strict;
create index if not exists dump_parts_by_file on dump_parts (sha256);
