// Keeps what is being written into an act's form for as long as this window lives: going to the next case and back, or looking at how a
// case stands now, loses no word. A form that was sent is forgotten.
"use strict";
(() => {
  const who = () => document.querySelector('.who a[href="/account"]')?.textContent ?? "";
  const key = (form) => `weighline-draft ${who()} ${new URL(form.action).pathname}`;
  const fields = (form) => [...form.elements].filter((one) => one.name && one.matches("textarea, select, input:not([type=hidden])"));

  document.addEventListener("input", (event) => {
    const form = event.target.closest(".act form");
    if (form) sessionStorage.setItem(key(form), JSON.stringify(Object.fromEntries(fields(form).map((one) => [one.name, one.value]))));
  });
  document.addEventListener("sent", (event) => sessionStorage.removeItem(key(event.detail)));

  const restore = () => {
    for (const form of document.querySelectorAll(".act form")) {
      const draft = JSON.parse(sessionStorage.getItem(key(form)) ?? "{}");
      // What the server sent back is what was sent last: it goes before what was kept here.
      if (!form.closest("details").open) for (const one of fields(form)) if (draft[one.name]) one.value = draft[one.name];
    }
  };
  document.addEventListener("swapped", restore);
  restore();
})();
