// Draws each <figure class="chart">: reads the JSON block in it, takes colours from the style sheet,
// and draws again when the theme or the width changes. The table beside it says the same in words.
(() => {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  // getComputedStyle gives `light-dark(…)` for a variable itself, but the colour for a property.
  const color = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const SERIES = [1, 2, 3, 4, 5, 6].map((number) => `series-${number}`);
  const SCALE = [0, 1, 2, 3, 4, 5].map((number) => `scale-${number}`);
  const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3], [2, 4], [12, 4]];
  const LEGEND_GAP = 18;
  // Who enlarges the text of pages enlarges that of charts.
  const sized = (pixels) =>
    Math.round((pixels * parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16);
  const PAPER_WIDTH = 690; // of A4 and of Letter, without their margins
  const isNarrow = (plot) => plot.clientWidth < 560;
  const base = new URL(".", document.currentScript.src);

  // --- Words and numbers ---------------------------------------------------------------------

  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
  const percent0 = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
  const minutes = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

  function say(value, kind) {
    if (value === null || value === undefined) return "–";
    if (kind === "count") return whole.format(value);
    if (kind === "decimal") return decimal.format(value);
    if (kind === "percent") return percent.format(value);
    if (kind === "seconds") return minutes(value);
    if (kind === "date") return day.format(new Date(value));
    return String(value);
  }

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    Object.assign(made, attributes);
    made.append(...children);
    return made;
  }

  function tip(heading, lines) {
    const body = element("tbody");
    for (const { mark, label, text } of lines) {
      const name = element("th", { scope: "row" });
      if (mark) {
        const dot = element("span", { className: "dot" });
        dot.style.background = mark;
        name.append(dot);
      }
      name.append(label);
      body.append(element("tr", {}, name, element("td", { textContent: text })));
    }
    return element(
      "div",
      { className: "tip" },
      element("strong", { textContent: heading }),
      element("table", {}, body),
    );
  }

  // --- What all kinds share ------------------------------------------------------------------

  const plainTip = {
    confine: true,
    padding: 0,
    borderWidth: 0,
    backgroundColor: "transparent",
    extraCssText: "box-shadow: none",
    transitionDuration: 0,
  };

  const ruler = document.createElement("canvas").getContext("2d");

  // How many lines the names of the series take, so that what is drawn begins below them.
  function legendLines(plot, data) {
    ruler.font = `${sized(13)}px ${getComputedStyle(document.body).fontFamily}`;
    let [lines, used] = [1, 0];
    for (const { label } of data.series) {
      const wide = ruler.measureText(label).width + 18 + 5 + LEGEND_GAP;
      if (used > 0 && used + wide > plot.clientWidth) [lines, used] = [lines + 1, 0];
      used += wide;
    }
    return lines;
  }

  function frame(plot, data) {
    const hasLegend = data.series.length > 1;
    const named = data.unit ? sized(18) : 0;
    const top = named + (hasLegend ? 14 + sized(22) * legendLines(plot, data) : 14);
    return {
      animation: false,
      aria: { enabled: false },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: color("ink-2") },
      color: SERIES.map(color),
      grid: { left: 10, right: 26, top, bottom: data.kind === "rows" ? 8 : 8 + sized(18), containLabel: true },
      legend: {
        show: hasLegend,
        left: 0,
        top: 0,
        width: plot.clientWidth,
        itemGap: LEGEND_GAP,
        itemWidth: 18,
        itemHeight: 8,
        icon: data.kind === "lines" ? undefined : "rect",
        textStyle: { color: color("ink"), fontSize: sized(13) },
        inactiveColor: color("rule-2"),
      },
    };
  }

  const axisText = () => ({ color: color("ink-2"), fontSize: sized(12), hideOverlap: true });
  const rule = () => ({ show: true, lineStyle: { color: color("rule"), width: 1 } });

  function valueAxis(label, kind, extra = {}) {
    const isCount = kind === "count";
    return {
      type: "value",
      name: label,
      nameLocation: "end",
      nameTextStyle: { color: color("ink-2"), fontSize: sized(12), align: "left" },
      minInterval: isCount ? 1 : undefined,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: rule(),
      axisLabel: { ...axisText(), formatter: (value) => say(value, kind) },
      ...extra,
    };
  }

  function baseAxis(data, extra = {}) {
    const { kind, values } = data.x;
    const shown = kind === "date" ? dateLabel(values) : (value) => say(value, kind);
    return {
      type: "category",
      data: values.map(shown),
      axisLine: { lineStyle: { color: color("rule-2") } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: axisText(),
      name: data.x.label,
      nameLocation: "middle",
      nameGap: sized(26),
      nameTextStyle: { color: color("ink-2"), fontSize: sized(12) },
      ...extra,
    };
  }

  // Months over long spans, days over short ones; dates come without gaps, so that places are even.
  function dateLabel(values) {
    const days = (new Date(values[values.length - 1]) - new Date(values[0])) / 86_400_000;
    const areMonths = values.length > 1 && values.every((value) => value.endsWith("-01"));
    const isLong = areMonths || days > 400;
    const shape = isLong ? { month: "short", year: "numeric" } : { day: "numeric", month: "short" };
    const format = new Intl.DateTimeFormat("en-GB", { ...shape, timeZone: "UTC" });
    return (value) => format.format(new Date(value));
  }

  function axisTip(data) {
    return {
      ...plainTip,
      trigger: "axis",
      axisPointer: {
        type: data.kind === "lines" || data.kind === "areas" ? "line" : "shadow",
        lineStyle: { color: color("rule-2") },
        shadowStyle: { color: color("rule"), opacity: 0.35 },
      },
      formatter: (points) => {
        const at = points[0].dataIndex;
        return tip(
          say(data.x.values[at], data.x.kind),
          data.series.map((series, number) => ({
            mark: color(SERIES[number % SERIES.length]),
            label: series.label,
            text: say(series.values[at], series.kind),
          })),
        );
      },
    };
  }

  // --- Kinds -------------------------------------------------------------------------------------

  function lines(plot, data) {
    // Areas on top of each other say nothing true where one of them is hidden.
    const isWhole = data.series.every((series) => !series.values.includes(null));
    const isArea = data.kind === "areas" && isWhole;
    return {
      ...frame(plot, data),
      tooltip: axisTip(data),
      xAxis: baseAxis(data, { boundaryGap: false }),
      yAxis: valueAxis(data.unit ?? "", data.series[0].kind, { max: data.most }),
      series: data.series.map((series, number) => ({
        type: "line",
        name: series.label,
        data: series.values,
        stack: isArea ? "all" : undefined,
        step: data.step ? "end" : undefined,
        areaStyle: isArea ? { opacity: 0.75 } : undefined,
        showSymbol: series.values.length < 20,
        symbol: "circle",
        symbolSize: 5,
        connectNulls: false,
        lineStyle: { width: isArea ? 1 : 2, type: isArea ? "solid" : DASHES[number % DASHES.length] },
        emphasis: { disabled: true },
      })),
    };
  }

  function bars(plot, data) {
    const isFlat = data.kind === "rows";
    const category = baseAxis(data, isFlat ? { inverse: true, axisLine: { show: false }, name: "" } : {});
    if (isFlat) {
      category.axisLabel = { ...axisText(), width: isNarrow(plot) ? 110 : 260 };
      category.axisLabel.lineHeight = 14;
      const hasTwoLines = plot.clientHeight > 36 * data.x.values.length;
      category.axisLabel.overflow = hasTwoLines ? "break" : "truncate";
      category.axisLabel.color = color("ink");
    }
    const value = valueAxis(isFlat ? "" : (data.unit ?? ""), data.series[0].kind, { max: data.most });
    return {
      ...frame(plot, data),
      tooltip: axisTip(data),
      xAxis: isFlat ? value : category,
      yAxis: isFlat ? category : value,
      series: data.series.map((series, number) => ({
        type: "bar",
        name: series.label,
        stack: data.stacked ? "all" : undefined,
        barMaxWidth: isFlat ? 18 : 42,
        barCategoryGap: data.x.values.length > 25 ? "12%" : "30%",
        data: marked(series.values, data, number),
        label: {
          show: isFlat && data.series.length === 1,
          position: "right",
          color: color("ink-2"),
          formatter: ({ dataIndex: at }) => {
            const sign = data.marks ? (data.marks[at] ? " ✓" : " ✗") : "";
            return say(series.values[at], series.kind) + sign;
          },
        },
        emphasis: { disabled: true },
      })),
    };
  }

  // One set of bars may mark some of them: right answers, say.
  function marked(values, data, number) {
    if (!data.marks || number > 0) return values;
    return values.map((value, at) => ({
      value,
      itemStyle: { color: color(data.marks[at] ? "series-3" : "series-2") },
    }));
  }

  function heat(plot, data) {
    const values = data.cells.map((cell) => cell[2]).filter((value) => value !== null);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return {
      ...frame(plot, { ...data, series: [0] }),
      grid: { left: heatLabels(plot, data), right: 14, top: 6, bottom: 68 },
      tooltip: {
        ...plainTip,
        formatter: ({ data: cell }) =>
          tip(`${data.rows.values[cell[1]]} ${say(data.x.values[cell[0]], data.x.kind)}`, [
            { label: data.value.label, text: cell[2] === "-" ? "–" : say(cell[2], data.value.kind) },
          ]),
      },
      xAxis: baseAxis(data, { axisLine: { show: false } }),
      yAxis: {
        type: "category",
        inverse: true,
        data: data.rows.values,
        show: data.rows.values.length > 1,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { ...axisText(), width: isNarrow(plot) ? 90 : 240, overflow: "truncate", interval: 0 },
      },
      visualMap: scale(least, most, data.value.kind),
      series: [
        {
          type: "heatmap",
          data: data.cells.map((cell) => [cell[0], cell[1], cell[2] ?? "-"]),
          label: numbersIn(plot, data, least, most),
          itemStyle: { borderColor: color("paper"), borderWidth: data.x.values.length > 60 ? 0 : 1 },
          emphasis: { disabled: true },
        },
      ],
    };
  }

  // Few cells are wide enough for their number; dark cells have it in the colour of the paper.
  function numbersIn(plot, data, least, most) {
    const isWide = plot.clientWidth / data.x.values.length > sized(64);
    const middle = least + 0.55 * (most - least);
    return {
      show: data.value.kind === "percent" && isWide,
      fontSize: sized(12),
      formatter: ({ data: cell }) =>
        cell[2] === "-" ? "" : `{${cell[2] > middle ? "dark" : "light"}|${percent0.format(cell[2])}}`,
      rich: { dark: { color: color("paper") }, light: { color: color("ink") } },
    };
  }

  // Measured here: the library measures some of many names only.
  function heatLabels(plot, data) {
    if (data.rows.values.length < 2) return 14;
    ruler.font = `${sized(12)}px ${getComputedStyle(document.body).fontFamily}`;
    const widest = Math.max(...data.rows.values.map((name) => ruler.measureText(name).width));
    return 12 + Math.min(widest, isNarrow(plot) ? 90 : 240);
  }

  function scale(least, most, kind) {
    return {
      min: least,
      max: most || 1,
      calculable: false,
      orient: "horizontal",
      left: 0,
      bottom: 0,
      itemWidth: 10,
      itemHeight: 120,
      text: [say(most, kind), say(least, kind)],
      textStyle: { color: color("ink-2"), fontSize: sized(12) },
      inRange: { color: SCALE.map(color) },
    };
  }

  async function loadWorld() {
    if (echarts.getMap("world")) return;
    const answer = await fetch(new URL("vendor/world.json", base));
    if (!answer.ok) throw new Error(`world.json: ${answer.status}`);
    echarts.registerMap("world", await answer.json());
  }

  function map(plot, data) {
    const series = data.series[0];
    const points = data.x.values.map((name, at) => ({
      name,
      value: series.values[at],
      label: data.names.values[at],
    }));
    return {
      ...frame(plot, data),
      tooltip: {
        ...plainTip,
        formatter: ({ data: point }) =>
          point ? tip(point.label, [{ label: series.label, text: say(point.value, series.kind) }]) : "",
      },
      visualMap: scale(0, Math.max(...series.values, 1), series.kind),
      series: [
        {
          type: "map",
          map: "world",
          data: points,
          selectedMode: false,
          showLegendSymbol: false,
          projection: equalEarth,
          layoutCenter: ["50%", "51%"],
          layoutSize: isNarrow(plot) ? "115%" : "168%",
          itemStyle: { areaColor: color("scale-0"), borderColor: color("rule-2"), borderWidth: 0.5 },
          emphasis: { label: { show: false }, itemStyle: { areaColor: color("series-5") } },
        },
      ],
    };
  }

  // Equal Earth (Šavrič, Patterson and Jenny 2018): areas of countries keep their proportions.
  const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796];
  const M = Math.sqrt(3) / 2;
  const equalEarth = {
    project: ([longitude, latitude]) => {
      const l = Math.asin(M * Math.sin((latitude * Math.PI) / 180));
      const [l2, l6] = [l * l, l ** 6];
      const x =
        ((longitude * Math.PI) / 180) * Math.cos(l) / (M * (A1 + 3 * A2 * l2 + l6 * (7 * A3 + 9 * A4 * l2)));
      return [x, -l * (A1 + A2 * l2 + l6 * (A3 + A4 * l2))];
    },
    unproject: ([x, y]) => {
      let l = -y;
      for (let step = 0; step < 12; step += 1) {
        const [l2, l6] = [l * l, l ** 6];
        const miss = l * (A1 + A2 * l2 + l6 * (A3 + A4 * l2)) + y;
        l -= miss / (A1 + 3 * A2 * l2 + l6 * (7 * A3 + 9 * A4 * l2));
      }
      const [l2, l6] = [l * l, l ** 6];
      const longitude = (M * x * (A1 + 3 * A2 * l2 + l6 * (7 * A3 + 9 * A4 * l2))) / Math.cos(l);
      return [(longitude * 180) / Math.PI, (Math.asin(Math.sin(l) / M) * 180) / Math.PI];
    },
  };

  function network(plot, data) {
    const most = Math.max(...data.nodes.map((node) => node.size), 1);
    const side = isNarrow(plot) ? 105 : 260;
    const places = onCircle(data.nodes.length, plot.clientWidth - 2 * side, plot.clientHeight - 80);
    const heaviest = Math.max(...data.links.map((link) => link.size), 1);
    const widest = 34 * Math.min(1, 14 / Math.max(data.nodes.length, 1)); // discs of many do not touch
    return {
      ...frame(plot, { ...data, series: [0] }),
      tooltip: {
        ...plainTip,
        formatter: (point) =>
          point.dataType === "edge"
            ? tip(`${point.data.from} · ${point.data.to}`, [
                { label: data.linkLabel, text: say(point.data.size, "count") },
              ])
            : tip(point.data.name, [{ label: data.nodeLabel, text: say(point.data.size, "count") }]),
      },
      series: [
        {
          type: "graph",
          layout: "none",
          left: side,
          right: side,
          top: 40,
          bottom: 40,
          data: data.nodes.map((node, place) => ({
            ...node,
            ...places[place],
            symbolSize: 8 + widest * Math.sqrt(node.size / most),
            itemStyle: { color: color("series-1") },
            label: {
              show: true,
              position: node.side,
              color: color("ink"),
              width: isNarrow(plot) ? 80 : 225,
              overflow: "truncate",
            },
          })),
          links: data.links.map((link) => ({
            ...link,
            lineStyle: { width: 1 + 9 * (link.size / heaviest), color: color("rule-2"), curveness: 0.12 },
          })),
          emphasis: { focus: "adjacency", lineStyle: { color: color("accent") } },
        },
      ],
    };
  }

  // Clockwise from the top, over all of the place: the library would stretch less than that, and its circles with it.
  function onCircle(number, width, height) {
    const turns = [...Array(number).keys()].map((place) => (2 * Math.PI * (place + 0.5)) / number);
    const spread = (values, size) => {
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return values.map((value) => (most > least ? (size * (value - least)) / (most - least) : size / 2));
    };
    const xs = spread(turns.map(Math.sin), width);
    const ys = spread(turns.map((turn) => -Math.cos(turn)), height);
    return xs.map((x, place) => ({ x, y: ys[place] }));
  }

  const KINDS = { lines, areas: lines, bars, rows: bars, heat, map, network };

  // --- Drawing ------------------------------------------------------------------------------------

  // The table has all rows; a chart of many draws the `first` of them.
  function shortened(data) {
    if (!data.first) return data;
    const cut = (axis) => ({ ...axis, values: axis.values.slice(0, data.first) });
    return { ...data, x: cut(data.x), series: data.series.map(cut) };
  }

  // As high as its rows need: names of forty videos do not fit where ten do.
  function stretch(plot, data) {
    const rows = data.kind === "heat" ? data.rows.values.length : data.kind === "rows" ? data.x.values.length : 0;
    const wanted = rows * (data.kind === "heat" ? 17 : 14 + 10 * data.series.length) + 80;
    if (wanted > plot.clientHeight) plot.style.height = `${wanted}px`;
  }

  const drawn = new Map();

  const dataOf = (plot) => shortened(JSON.parse(document.getElementById(plot.dataset.source).textContent));

  function put(plot, options) {
    const chart = drawn.get(plot) ?? echarts.init(plot, null, { renderer: "canvas" });
    chart.setOption(options, { notMerge: true });
    drawn.set(plot, chart);
    plot.dataset.state = "drawn";
    return chart;
  }

  async function draw(plot) {
    const data = dataOf(plot);
    try {
      await document.fonts.ready; // labels are measured once
      stretch(plot, data);
      if (data.kind === "map") await loadWorld();
      put(plot, KINDS[data.kind](plot, data));
    } catch (error) {
      plot.dataset.state = "failed";
      plot.textContent = "This chart could not be drawn. Its table has the same numbers.";
      console.error(error);
    }
  }

  // Paper is taken as soon as `beforeprint` is over: nothing in here waits.
  function drawForPaper(plot) {
    const data = dataOf(plot);
    if (data.kind === "map" && !echarts.getMap("world")) return;
    const width = Math.min(plot.clientWidth, PAPER_WIDTH);
    stretch(plot, data);
    const chart = put(plot, { ...KINDS[data.kind](plot, data), animation: false });
    chart.resize({ width });
    chart.getZr().flush();
  }

  const drawAll = () => Promise.all([...drawn.keys()].map(draw));

  function begin(within) {
    for (const plot of within.querySelectorAll(".plot:not([data-state='drawn'])")) {
      seen.observe(plot);
      sizes.observe(plot);
    }
  }

  // A page of twenty charts draws those that are looked at.
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting || drawn.has(target)) continue;
        seen.unobserve(target);
        draw(target);
      }
    },
    { rootMargin: "400px" },
  );
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) drawn.get(target)?.resize();
  });

  document.addEventListener("studium:theme", drawAll);
  document.addEventListener("htmx:afterSwap", (event) => begin(event.detail.target));
  // Paper is white: charts are drawn in the light theme for it, those that nobody has scrolled to as well.
  const root = document.documentElement;
  let chosenTheme;
  addEventListener("beforeprint", () => {
    chosenTheme = root.dataset.theme;
    root.dataset.theme = "light";
    sizes.disconnect();
    for (const plot of document.querySelectorAll(".plot")) drawForPaper(plot);
  });
  addEventListener("afterprint", () => {
    if (chosenTheme) root.dataset.theme = chosenTheme;
    else delete root.dataset.theme;
    for (const chart of drawn.values()) chart.resize({ width: "auto" });
    for (const plot of document.querySelectorAll(".plot")) sizes.observe(plot);
    drawAll();
  });
  begin(document);
  // A map that nobody has scrolled to needs its shapes at hand when the page is printed.
  if (document.querySelector(".plot.tall")) loadWorld().catch(console.error);
})();
