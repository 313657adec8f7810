// Zooms and moves pictures in their place, so that no picture ever covers the evidence beside it.
// A click or Enter zooms in; then wheel, + − 0, arrows, buttons and dragging work. Without this script a picture opens by its link.
"use strict";
(() => {
  const MOST = 12, STEP = 1.5;

  const begin = () => {
    for (const figure of document.querySelectorAll(".shots figure")) {
      const link = figure.querySelector("a:has(> img)");
      if (link && !figure.querySelector(".zoom")) fit(figure, link);
    }
  };

  const fit = (figure, link) => {
    const picture = link.querySelector("img");
    const words = figure.closest(".shots").dataset;
    const frame = document.createElement("div");
    frame.className = "zoom";
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", `${picture.alt}. ${words.zoomHow}`);
    link.replaceWith(frame);
    frame.append(picture);
    picture.draggable = false;
    const bar = document.createElement("div");
    bar.className = "zoom-bar";
    let scale = 1, x = 0, y = 0, from = null;

    const draw = () => {
      const roomX = frame.clientWidth * (scale - 1), roomY = frame.clientHeight * (scale - 1);
      x = Math.min(0, Math.max(x, -roomX));
      y = Math.min(0, Math.max(y, -roomY));
      picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
      frame.classList.toggle("zoomed", scale > 1);
      for (const button of bar.children) button.disabled = button.dataset.by !== "in" && scale === 1;
    };
    const zoom = (by, atX = frame.clientWidth / 2, atY = frame.clientHeight / 2) => {
      const next = Math.min(MOST, Math.max(1, scale * by));
      x = atX - (atX - x) * (next / scale);
      y = atY - (atY - y) * (next / scale);
      scale = next;
      draw();
    };
    const whole = () => { scale = 1; x = y = 0; draw(); };
    const at = (event) => {
      const box = frame.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };

    for (const [by, sign, word, act] of [["in", "+", words.zoomIn, () => zoom(STEP)], ["out", "−", words.zoomOut, () => zoom(1 / STEP)], ["whole", "0", words.zoomWhole, whole]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.by = by;
      button.textContent = sign;
      button.setAttribute("aria-label", word);
      button.title = word;
      button.addEventListener("click", act);
      bar.append(button);
    }
    frame.after(bar);
    frame.addEventListener("wheel", (event) => {
      // An untouched picture lets the page scroll past; one that has the focus, or is zoomed, takes the wheel.
      if (scale === 1 && document.activeElement !== frame && !event.ctrlKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, ...at(event));
    }, { passive: false });
    frame.addEventListener("pointerdown", (event) => {
      from = { at: [event.clientX, event.clientY], x, y, moved: false };
      frame.setPointerCapture(event.pointerId);
    });
    frame.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [dx, dy] = [event.clientX - from.at[0], event.clientY - from.at[1]];
      from.moved ||= Math.hypot(dx, dy) > 4;
      if (scale > 1) { x = from.x + dx; y = from.y + dy; draw(); }
    });
    frame.addEventListener("pointerup", (event) => {
      if (from && !from.moved && scale === 1) zoom(2.5, ...at(event));
      from = null;
    });
    frame.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
      if (event.key === "+" || event.key === "=" || event.key === "Enter") zoom(STEP);
      else if (event.key === "-" || event.key === "−") zoom(1 / STEP);
      else if (event.key === "0" || (event.key === "Escape" && scale > 1)) whole();
      else if (moves[event.key] && scale > 1) { x += moves[event.key][0]; y += moves[event.key][1]; draw(); }
      else return;
      event.preventDefault();
    });
    draw();
  };

  document.addEventListener("swapped", begin);
  begin();
})();
