// Keep regions marked with data-live fresh: fetch their fragment every few seconds while the page is looked at.
(() => {
  "use strict";

  const PERIOD = 5000;
  const DEADLINE = 8000;

  const say = (region, text, isStale) => {
    const note = document.getElementById(region.dataset.liveNote);
    if (!note) return;
    note.textContent = text;
    note.classList.toggle("is-stale", isStale);
  };

  const isUsed = (region) => {
    const focused = document.activeElement;
    const chosen = window.getSelection();
    return (
      (region.contains(focused) && focused.matches("input, textarea, select")) ||
      (chosen && !chosen.isCollapsed && region.contains(chosen.anchorNode))
    );
  };

  const replace = (region, html) => {
    const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...region.querySelectorAll("details[open][id]")].map((one) => one.id);
    const parsed = new DOMParser().parseFromString(html, "text/html");
    region.replaceChildren(...parsed.body.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const refresh = async (region) => {
    try {
      const signal = AbortSignal.timeout(DEADLINE);
      const response = await fetch(region.dataset.live, { signal, credentials: "same-origin", redirect: "follow" });
      if (response.headers.get("X-Console-Fragment") !== "1") {
        say(region, response.redirected ? "Signed out: reload the page" : `Not refreshed: HTTP ${response.status}`, true);
        return;
      }
      const html = await response.text();
      if (isUsed(region)) return;
      replace(region, html);
      say(region, `Live, ${new Date().toLocaleTimeString()}`, false);
    } catch {
      say(region, `No answer since ${new Date().toLocaleTimeString()}`, true);
    }
  };

  const follow = async (region) => {
    if (!document.hidden && !isUsed(region)) await refresh(region);
    window.setTimeout(() => follow(region), PERIOD);
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const region of document.querySelectorAll("[data-live]")) window.setTimeout(() => follow(region), PERIOD);
  });
})();
