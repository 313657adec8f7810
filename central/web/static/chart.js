// Draws each chart of a page from the Bokeh document at its address; drawn anew when the reader's theme changes or a page is swapped in.
"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const draw = async (place) => {
    const address = new URL(place.dataset.chart, location.href);
    address.searchParams.set("theme", dark.matches ? "dark" : "light");
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json()).what ?? answer.statusText);
    const item = await answer.json();
    if (!place.isConnected) return;
    place.replaceChildren();
    await Bokeh.embed.embed_item(item, place);
    place.dataset.ready = "yes";
  };
  const show = () => {
    for (const place of document.querySelectorAll("[data-chart]")) {
      draw(place).catch((error) => { place.textContent = `${place.dataset.failed} ${error.message}`; });
    }
  };
  dark.addEventListener("change", show);
  document.addEventListener("swapped", show);
  show();
})();
