"use strict";
// The page shows what diffkit computed: this script only chooses which of the numbers are seen.
let halt = () => {}; // the walk that plays
const start = (data) => {
  const at = (id) => document.getElementById(id);
  for (const part of document.querySelectorAll("[data-live]")) part.hidden = false;

  const slider = at("h");
  if (slider && data.moves) {
    const move = () => {
      for (const [id, attribute, values] of data.moves) {
        const value = values[Number(slider.value)];
        if (attribute) at(id).setAttribute(attribute, value);
        else at(id).textContent = value;
      }
    };
    slider.addEventListener("input", move);
    move(); // a browser that comes back to a page keeps where the slider was
  }

  const walk = data.walk;
  if ("walk" in data) halt();
  if (walk) {
    const last = walk.steps.length;
    let k = 0; // 0: all is shown; otherwise the first k steps
    let timer = null;
    const lit = [];

    const show = () => {
      for (const part of lit.splice(0)) {
        part.classList.remove("on");
        part.removeAttribute("aria-current");
      }
      walk.steps.forEach((step, i) => {
        const later = k > 0 && i >= k;
        for (const part of ["cell", "from"]) {
          const cell = at(`${step.side}-${part}-${step.row}`);
          if (cell) cell.classList.toggle("later", later);
        }
        const node = step.node && at(`node-${step.node}`);
        if (node) node.classList.toggle(`later-${step.side}`, later);
      });
      const step = walk.steps[k - 1];
      at("told").textContent = step ? step.told : walk.rest;
      if (!step) return;
      lit.push(at(`row-${step.row}`));
      lit[0].setAttribute("aria-current", "step");
      const node = step.node && at(`node-${step.node}`);
      if (node) {
        lit.push(node);
        const box = node.closest(".wide");
        const seen = box.getBoundingClientRect();
        const there = node.getBoundingClientRect();
        box.scrollLeft += there.left + there.width / 2 - seen.left - seen.width / 2;
      }
      for (const edge of step.edges) lit.push(at(`edge-${edge}`));
      for (const part of lit) part.classList.add("on");
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      at("play").textContent = walk.play;
    };
    halt = () => clearInterval(timer);
    const go = (to) => {
      k = (to + last + 1) % (last + 1);
      show();
    };
    at("reset").addEventListener("click", () => { stop(); go(0); });
    at("back").addEventListener("click", () => { stop(); go(k - 1); });
    at("next").addEventListener("click", () => { stop(); go(k + 1); });
    at("play").addEventListener("click", () => {
      if (timer) { stop(); return; }
      at("play").textContent = walk.pause;
      go(k === last ? 1 : k + 1);
      timer = setInterval(() => {
        go(k + 1);
        if (k === last) stop();
      }, 2000);
    });
  }
};
start(JSON.parse(document.getElementById("data").textContent));

// In a frame of its own, such as a notebook's, the page takes the height that it needs.
const frame = window.frameElement;
if (frame) {
  new ResizeObserver(() => {
    frame.style.height = `${document.body.getBoundingClientRect().height}px`;
  }).observe(document.body);
}

// Paper shows everything.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const part of closed) part.open = true;
});
addEventListener("afterprint", () => { for (const part of closed) part.open = false; });
