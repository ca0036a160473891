// Draws each .chart-plot from its data-plot, a Plotly figure {"data": […], "layout": {…}} as JSON, or
// from the JSON script whose id is its data-figure. Plotly is over a megabyte: it is fetched when
// the first chart comes near the window, and each chart is drawn only then. Without JavaScript the
// table beside the chart stays. Charts that htmx brings in later are found too.
"use strict";

(() => {
  const own = document.currentScript.dataset;
  const language = document.documentElement.lang;
  const CHART = ".chart-plot[data-plot], .chart-plot[data-figure]";
  let library;

  const load = (address) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });

  const plotly = () => {
    library ??= load(own.plotly).then(() => (language === "vi" && own.locale ? load(own.locale) : null));
    return library;
  };

  const figureOf = (place) => {
    const figure = JSON.parse(place.dataset.plot ?? document.getElementById(place.dataset.figure).textContent);
    return typeof figure === "string" ? JSON.parse(figure) : figure;
  };

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // What a figure leaves open looks like the rest of the page.
  const house = () => {
    const axis = { gridcolor: token("--line-soft"), linecolor: token("--edge"), zerolinecolor: token("--edge") };
    return {
      layout: {
        font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: token("--ink-soft") },
        paper_bgcolor: token("--paper"),
        plot_bgcolor: token("--paper"),
        modebar: { bgcolor: token("--paper"), color: token("--edge"), activecolor: token("--ink") },
        margin: { l: 48, r: 16, t: 12, b: 36 },
        hoverlabel: { bgcolor: token("--paper"), bordercolor: token("--edge"), font: { color: token("--ink") } },
        xaxis: axis,
        yaxis: axis,
      },
    };
  };

  const draw = async (place) => {
    try {
      const { data, layout } = figureOf(place);
      await plotly();
      await window.Plotly.newPlot(place, data, { ...layout, template: layout?.template ?? house() }, {
        responsive: true,
        displaylogo: false,
        locale: language,
        // Named one by one: the stock bar also offers to upload the chart to a cloud.
        modeBarButtons: [["toImage", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
        toImageButtonOptions: { filename: place.getAttribute("aria-labelledby") || "chart", scale: 2 },
      });
      place.classList.add("is-drawn");
    } catch (error) {
      place.hidden = true; // The table below says the same.
      throw error;
    }
  };

  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) { near.unobserve(target); draw(target); }
    }
  }, { rootMargin: "300px" });

  const watch = (root) => root.querySelectorAll(CHART).forEach((place) => {
    if (!("watched" in place.dataset)) { place.dataset.watched = ""; near.observe(place); }
  });

  document.documentElement.classList.add("charts-on");
  watch(document);
  document.addEventListener("htmx:afterSettle", (event) => watch(event.target));

  // Paper shows every chart that is drawn, and the table of each that is not. A chart was drawn as
  // wide as the screen's column: with a view box it shrinks into the paper's.
  const drawings = () => document.querySelectorAll(".chart-plot .main-svg");
  window.addEventListener("afterprint", () => drawings().forEach((svg) => svg.removeAttribute("viewBox")));
  window.addEventListener("beforeprint", () => {
    drawings().forEach((svg) => svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`));
    document.querySelectorAll(CHART).forEach((place) => {
      if (place.classList.contains("is-drawn")) return;
      place.hidden = true;
      const table = place.closest(".chart")?.querySelector("details");
      if (table) table.open = true;
    });
  });
})();
