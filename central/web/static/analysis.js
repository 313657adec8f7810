// Draws the charts of the analysis, anew where the reader's system turns dark or light. Each stands beside a table of the same figures.
"use strict";
(() => {
  const all = document.getElementById("analysis");
  const failed = document.getElementById("charts-failed");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const draw = async () => {
    const address = new URL(all.dataset.url, location.href);
    address.searchParams.set("theme", dark.matches ? "dark" : "light");
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json()).what ?? answer.statusText);
    const charts = await answer.json();
    for (const place of all.querySelectorAll("[data-chart]")) {
      place.replaceChildren();
      const item = charts[place.dataset.chart];
      if (item) await Bokeh.embed.embed_item(item, place);
    }
    all.dataset.ready = "yes";
  };
  const show = () => draw().catch((error) => {
    failed.hidden = false;
    failed.querySelector("span").textContent = error.message;
  });
  dark.addEventListener("change", show);
  show();
})();
