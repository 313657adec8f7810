// Charts drawn from the documents that their addresses answer, in the theme of the screen.
"use strict";
(() => {
  const places = [...document.querySelectorAll("[data-chart]")];
  const failed = document.getElementById("chart-failed");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const draw = async (place) => {
    const answer = await fetch(`${place.dataset.chart}&theme=${dark.matches ? "dark" : "light"}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json()).detail ?? answer.statusText);
    const item = await answer.json();
    place.replaceChildren();
    await Bokeh.embed.embed_item(item, place);
    place.dataset.ready = "yes";
  };
  const show = () => Promise.all(places.map(draw)).catch((error) => {
    failed.hidden = false;
    failed.textContent = error.message;
  });
  dark.addEventListener("change", show);
  show();
})();
