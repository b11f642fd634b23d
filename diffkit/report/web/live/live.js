
// The live page: asks what is typed, and puts the answer in the place of what was shown.
(() => {
  const at = (id) => document.getElementById(id);
  const form = at("ask");
  const wrt = at("ask-wrt");
  let asking = null;
  let timer = null;

  // Where the answer is wrong: the name of a field, "" for none of them, null where nothing is.
  const complain = (name, said) => {
    const coming = said && document.querySelector("#main > .coming");
    if (coming) coming.remove();
    for (const place of document.querySelectorAll(".wrong")) {
      const here = place.id === `wrong-${name}`;
      if (place.textContent !== (here ? said : "")) place.textContent = here ? said : "";
      const box = at(place.id.replace("wrong", "ask"));
      if (box && here) box.setAttribute("aria-invalid", "true");
      else if (box) box.removeAttribute("aria-invalid");
    }
  };

  const choose = (names, chosen) => {
    wrt.replaceChildren(...names.map((name) => new Option(name, name, false, name === chosen)));
    wrt.closest(".field").hidden = names.length < 2;
  };

  const put = async (message) => {
    if ("names" in message) choose(message.names, message.wrt);
    // A slider that is held stays in the hand.
    if (document.querySelector("#h:active")) {
      await new Promise((go) => addEventListener("pointerup", go, { once: true }));
    }
    const focus = document.activeElement.id;
    const open = [...document.querySelectorAll("details")].map((part) => part.open);
    const slider = at("h");
    const stays = !("main" in message.html) && slider && slider.value !== slider.defaultValue;
    for (const [name, html] of Object.entries(message.html)) {
      at(name).closest("header, main, section").outerHTML = html;
    }
    if (stays && "step" in message.html) at("h").value = slider.value;
    document.querySelectorAll("details").forEach((part, i) => { part.open = open[i] || false; });
    start(message.data);
    document.title = document.querySelector("h1").textContent;
    if (focus && focus !== document.activeElement.id && at(focus)) at(focus).focus();
  };

  const ask = async () => {
    clearTimeout(timer);
    if (asking) asking.abort();
    const mine = asking = new AbortController();
    const busy = (is) => at("main").setAttribute("aria-busy", is);
    try {
      const query = new URLSearchParams(new FormData(form));
      history.replaceState(null, "", `?${query}`);
      busy(true);
      const response = await fetch(`answer?${query}`, { signal: mine.signal });
      if (!response.ok) { complain("", await response.text()); return; }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      let done = false;
      for (;;) {
        const read = await reader.read();
        if (read.done) break;
        const lines = (rest + read.value).split("\n");
        rest = lines.pop();
        for (const message of lines.map((line) => JSON.parse(line))) {
          if (mine.signal.aborted) return;
          done = done || Boolean(message.done) || "wrong" in message;
          if ("wrong" in message) complain(message.wrong, message.said);
          if ("html" in message) { complain(null); await put(message); busy(true); }
        }
      }
      if (!done) complain("", at("wrong-").dataset.gone);
    } catch (error) {
      if (mine.signal.aborted) return;
      console.error(error);
      complain("", at("wrong-").dataset.gone);
    } finally {
      if (asking === mine) busy(false);
    }
  };

  form.addEventListener("input", (event) => {
    if (event.target.name === "f") wrt.selectedIndex = -1; // another function, other variables
    clearTimeout(timer);
    timer = setTimeout(ask, event.target === wrt ? 0 : 250);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  ask();
})();
