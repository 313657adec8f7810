// Draws the waveform and lets the axle diagram, the axle table and the chart point at each other; begins anew when a page is swapped in.
"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let place = null, overview = null, failed = null, crossings = null;

  const indices = (axle) => {
    const axles = Array.from(crossings.data.axle);
    return axles.flatMap((value, index) => (value === axle ? [index] : []));
  };
  const mark = (axle) => {
    for (const item of document.querySelectorAll("[data-axle]")) item.classList.toggle("chosen", Number(item.dataset.axle) === axle);
    if (!crossings) return;
    const wanted = axle ? indices(axle) : [];
    if (wanted.join() !== crossings.selected.indices.join()) crossings.selected.indices = wanted;
  };
  const listen = () => {
    for (const item of document.querySelectorAll("[data-axle]")) {
      const axle = Number(item.dataset.axle);
      item.addEventListener("mouseenter", () => mark(axle));
      item.addEventListener("focus", () => mark(axle));
      item.addEventListener("mouseleave", () => mark(null));
      item.addEventListener("blur", () => mark(null));
    }
  };

  const draw = async () => {
    const own = place;
    const answer = await fetch(`${own.dataset.url}?theme=${dark.matches ? "dark" : "light"}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json()).what ?? answer.statusText);
    const item = await answer.json();
    if (!own.isConnected) return;
    own.replaceChildren();
    const views = await Bokeh.embed.embed_item(item, own);
    const shown = views.roots?.[0]?.model?.document ?? Bokeh.documents.at(-1);
    crossings = shown.get_model_by_name("crossings");
    crossings.selected.properties.indices.change.connect(() => {
      const [first] = crossings.selected.indices;
      mark(first === undefined ? null : crossings.data.axle[first]);
    });
    overview.classList.add("paper-only");
    own.dataset.ready = "yes";
  };
  const show = () => {
    if (!place) return;
    draw().catch((error) => {
      failed.hidden = false;
      failed.querySelector("span").textContent = error.message;
    });
  };
  const begin = () => {
    place = document.getElementById("waveform");
    overview = document.getElementById("overview");
    failed = document.getElementById("waveform-failed");
    crossings = null;
    listen();
    show();
  };
  dark.addEventListener("change", show);
  document.addEventListener("swapped", begin);
  begin();
})();
