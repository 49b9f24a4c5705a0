// Keys for those who work through the queue all day. Everything they do can be done without them, and without this file.
(() => {
  "use strict";
  const OFF = "roi-desk-keys-off";
  const off = () => localStorage.getItem(OFF) === "1";
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const current = () => document.querySelector("[data-row].here");

  const go = (step) => {
    const all = rows();
    if (all.length === 0) return;
    const at = all.indexOf(current());
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    all.forEach((row) => row.classList.toggle("here", row === next));
    next.querySelector("a")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  // A key belongs to the row one is on; on a page without rows, to the page.
  const act = (key) => {
    const found = (rows().length > 0 ? current() : null)?.querySelector(`[data-key="${key}"]`)
      ?? document.querySelector(`main [data-key="${key}"]:not([data-row] *), header [data-key="${key}"]`);
    if (!found) return false;
    const closed = found.closest("details:not([open])");
    if (closed) closed.open = true;
    if (found.dataset.press !== undefined) found.click();
    else found.focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || off()) return;
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (typing) {
      if (event.key === "Escape") typing.blur();
      return;
    }
    const done = event.key === "j" ? (go(1), true)
      : event.key === "k" ? (go(-1), true)
      : event.key === "?" ? (location.assign("/help"), true)
      : ["a", "d", "n", "x", "/"].includes(event.key) && act(event.key);
    if (done) event.preventDefault();
  });

  // One box ticks all of its list.
  document.querySelectorAll("[data-all]").forEach((box) => box.addEventListener("change", () => {
    document.querySelectorAll(`input[name="${box.dataset.all}"]`).forEach((one) => { one.checked = box.checked; });
  }));

  // The help page turns the keys off and on (WCAG 2.2, 2.1.4).
  document.querySelectorAll("[data-keys-switch]").forEach((box) => {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.checked = !off();
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
  });
})();
