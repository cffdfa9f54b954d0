// What pages do beyond HTML: theme and menu buttons, times in the reader's zone, tables that sort.
(() => {
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark.matches);

  function announceTheme() {
    document.dispatchEvent(new CustomEvent("studium:theme"));
  }

  function switchTheme() {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("studium-theme", root.dataset.theme);
    } catch {
      // Then the choice lasts as long as the page.
    }
    announceTheme();
  }

  function switchMenu(button) {
    const menu = document.getElementById(button.getAttribute("aria-controls"));
    const isOpen = menu.classList.toggle("open");
    button.setAttribute("aria-expanded", String(isOpen));
  }

  // <time datetime="…Z">: the server writes UTC, the reader sees their own zone and its name.
  const clock = new Intl.DateTimeFormat(undefined, {
    dateStyle: "medium",
    timeStyle: "short",
  });

  function showTimes(within) {
    for (const time of within.querySelectorAll("time[datetime*='T']:not([data-shown])")) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.getTime())) continue;
      time.title = `${time.dateTime.replace("T", " ").replace("Z", "")} UTC`;
      time.textContent = clock.format(moment);
      time.dataset.shown = "";
    }
  }

  function showZone() {
    const place = document.querySelector("[data-zone]");
    if (place) place.textContent = `Times in ${clock.resolvedOptions().timeZone}`;
  }

  // Where the tabs are wider than the page, the one that is open is in sight.
  function showOpenTab() {
    const open = document.querySelector(".tabs [aria-current]");
    const strip = open?.closest(".tabs");
    if (!strip) return;
    const before = open.getBoundingClientRect().left - strip.getBoundingClientRect().left;
    strip.scrollLeft += before - (strip.clientWidth - open.offsetWidth) / 2;
  }

  const cellValue = (row, column) => {
    const cell = row.cells[column];
    const raw = cell.dataset.value ?? cell.textContent.trim();
    return raw === "" || raw === "–" ? null : raw;
  };

  function compare(first, second) {
    if (first === null || second === null) return (first === null) - (second === null);
    const [left, right] = [Number(first), Number(second)];
    if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
    return first.localeCompare(second, undefined, { numeric: true, sensitivity: "base" });
  }

  // What a reader looks for, and in which order, stands in the address: it can be sent and comes again.
  function remember(name, value) {
    const address = new URL(location);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
    history.replaceState(history.state, "", address);
  }

  function sortByClick(button) {
    const heading = button.closest("th");
    const wasDescending = heading.getAttribute("aria-sort") === "descending";
    const isNew = !heading.hasAttribute("aria-sort");
    const isDescending = isNew ? heading.classList.contains("right") : !wasDescending;
    sortTable(heading, isDescending);
    const table = heading.closest("table").id.replace(/-table$/, "");
    remember("sorted", `${table}.${button.dataset.column}.${isDescending ? "desc" : "asc"}`);
  }

  function sortAsAddressed() {
    const [table, column, way] = (new URLSearchParams(location.search).get("sorted") ?? "").split(".");
    const headings = document.getElementById(`${table}-table`)?.tHead.rows[0].cells ?? [];
    for (const heading of headings) {
      if (heading.querySelector(".sort")?.dataset.column === column) sortTable(heading, way === "desc");
    }
  }

  function findAsAddressed() {
    for (const input of document.querySelectorAll("input[data-filters]")) {
      input.value = new URLSearchParams(location.search).get(input.id) ?? "";
      if (input.value) filterRows(input);
    }
  }

  // What is missing stays at the end, whichever way the rest is sorted.
  function sortTable(heading, isDescending) {
    const body = heading.closest("table").tBodies[0];
    const column = heading.cellIndex;
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
    const rows = [...body.rows].map((row) => ({ row, value: cellValue(row, column) }));
    rows.sort((first, second) => {
      const order = compare(first.value, second.value);
      const isMissing = first.value === null || second.value === null;
      return isDescending && !isMissing ? -order : order;
    });
    body.append(...rows.map(({ row }) => row));
  }

  // Words of a row that it does not show, such as the columns of a dataset.
  const hitsOf = (row, wanted) =>
    (row.dataset.find ?? "").split(" ").filter((word) => word.toLocaleLowerCase().includes(wanted));

  function tellHits(row, hits) {
    const told = document.createElement("span");
    told.className = "under hits";
    told.textContent = hits.slice(0, 4).join(", ") + (hits.length > 4 ? ` and ${hits.length - 4} more` : "");
    row.cells[0].append(told);
  }

  // The choices of a form that have the words.
  function narrowChoices(input) {
    const wanted = input.value.trim().toLocaleLowerCase();
    for (const choice of input.closest("fieldset").querySelectorAll(".choice")) {
      const isChosen = choice.querySelector("input").checked;
      choice.hidden = !isChosen && wanted !== "" && !choice.textContent.toLocaleLowerCase().includes(wanted);
    }
  }

  function filterRows(input) {
    const wanted = input.value.trim().toLocaleLowerCase();
    const table = document.getElementById(input.dataset.filters);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.querySelector(".hits")?.remove();
      const isShown = wanted === "" || row.textContent.toLocaleLowerCase().includes(wanted);
      const hits = wanted === "" ? [] : hitsOf(row, wanted);
      row.hidden = !isShown && hits.length === 0;
      shown += row.hidden ? 0 : 1;
      if (hits.length > 0) tellHits(row, hits);
    }
    const status = document.getElementById(`${input.dataset.filters}-count`);
    if (status) status.textContent = wanted === "" ? "" : `${shown} shown`;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-does]");
    if (!button) return;
    if (button.dataset.does === "theme") switchTheme();
    if (button.dataset.does === "menu") switchMenu(button);
    if (button.dataset.does === "sort") sortByClick(button);
    if (button.dataset.does === "print") window.print();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("input[data-narrows]")) narrowChoices(event.target);
    if (!event.target.matches("input[data-filters]")) return;
    filterRows(event.target);
    remember(event.target.id, event.target.value.trim());
  });
  systemIsDark.addEventListener("change", announceTheme);
  document.addEventListener("htmx:afterSwap", (event) => showTimes(event.detail.target));
  // A failed request must not leave the old rows standing as if they were the answer.
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const box = document.createElement("div");
      box.className = "notice bad";
      box.setAttribute("role", "alert");
      const text = document.createElement("p");
      text.textContent = "The answer did not come. Check the connection and try again.";
      box.append(text);
      event.detail.target.replaceChildren(box);
    });
  }
  showTimes(document);
  showZone();
  showOpenTab();
  findAsAddressed();
  sortAsAddressed();
})();
