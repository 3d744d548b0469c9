// What the page does by itself: light and dark, zoom, notes of sentences, saving a file that was sent.
// It speaks to no server.
(() => {
  const ZOOMS = [1, 1.5, 2, 3, 4, 6];
  const KEY = "cardio-agent-theme";
  const HIGHEST_NOTE_PX = 58; // below the header
  let zoom = 0;

  const stored = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };
  const show = (theme) => {
    document.body.classList.toggle("dark", theme === "dark");
    document.querySelectorAll(".ca-theme").forEach((button) => {
      button.setAttribute("aria-pressed", String(theme === "dark"));
    });
  };
  const toggleTheme = () => {
    const theme = document.body.classList.contains("dark") ? "light" : "dark";
    try { localStorage.setItem(KEY, theme); } catch { /* private windows remember nothing */ }
    show(theme);
  };

  const setZoom = (step) => {
    zoom = Math.min(Math.max(step, 0), ZOOMS.length - 1);
    document.documentElement.style.setProperty("--ca-zoom", ZOOMS[zoom]);
    document.querySelectorAll(".ca-zoom output").forEach((output) => {
      output.textContent = `${ZOOMS[zoom] * 100}%`;
    });
  };
  const zoomBy = (name) => setZoom(name === "in" ? zoom + 1 : name === "out" ? zoom - 1 : 0);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) zoomBy(button.dataset.zoom);
    if (event.target.closest(".ca-theme")) toggleTheme();
  });

  document.addEventListener("keydown", (event) => {
    const focused = document.activeElement;
    if (event.key === "Escape" && focused?.closest(".ca-sentence")) focused.blur();
    if (!focused?.classList.contains("ca-scroll") || event.ctrlKey || event.metaKey || event.altKey) return;
    const names = { "+": "in", "=": "in", "-": "out", "0": "fit" };
    if (event.key in names) {
      zoomBy(names[event.key]);
      event.preventDefault();
    }
  });

  // A file made by the server arrives as text and is saved here: no copy of it waits at an address.
  window.cardioSave = (file) => {
    if (!file?.content) return;
    const bytes = Uint8Array.from(atob(file.content), (letter) => letter.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: file.media_type }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  // The note of a sentence begins beside it, and further up where the window would cut it off.
  const placeNote = (event) => {
    const sentence = event.target.closest?.(".ca-sentence");
    const note = sentence?.querySelector(".ca-basis");
    if (!note || note.contains(event.target)) return;
    const room = window.innerHeight - note.offsetHeight - 12;
    const top = Math.max(Math.min(sentence.getBoundingClientRect().top, room), HIGHEST_NOTE_PX);
    const chat = sentence.closest("#chat");
    const above = chat ? 0 : sentence.closest(".ca-report").getBoundingClientRect().top;
    note.style.setProperty("--ca-note-top", `${top - above}px`);
    if (chat) note.style.setProperty("--ca-note-left", `${chat.getBoundingClientRect().right - 6}px`);
  };
  document.addEventListener("mouseover", placeNote);

  // Text that comes to lie below a pointer at rest was not pointed at.
  const setStill = (is) => document.body.classList.toggle("ca-still", is);
  ["pointerdown", "keydown"].forEach((kind) => document.addEventListener(kind, () => setStill(true)));
  document.addEventListener("mousemove", ({ movementX, movementY }) => {
    if (movementX || movementY) setStill(false);
  });
  document.addEventListener("focusin", placeNote);

  // Gradio names each message by its markup, a group of choices not at all, and tells the end of a step by a
  // word of its own code; those who hear the page want the author, the question and a word.
  const REGIONS = { talk: "Conversation", evidence: "Trace and report" };
  const nameParts = () => {
    document.querySelectorAll("#chat [data-testid=user], #chat [data-testid=bot]").forEach((message) => {
      const author = message.dataset.testid === "user" ? "You" : "Cardio Agent";
      if (message.getAttribute("aria-label") !== author) message.setAttribute("aria-label", author);
    });
    document.querySelectorAll("fieldset:not([aria-label])").forEach((group) => {
      const title = group.querySelector("[data-testid=block-info]")?.textContent.trim();
      if (title) group.setAttribute("aria-label", title);
    });
    document.querySelectorAll("[role=status].sr-only").forEach((line) => {
      if (line.textContent.startsWith("common.")) line.textContent = line.textContent.slice("common.".length);
    });
    Object.entries(REGIONS).forEach(([id, name]) => {
      const region = document.getElementById(id);
      if (region && !region.role) Object.assign(region, { role: "region", ariaLabel: name });
    });
    const sample = document.querySelector("#sample input");
    if (sample && !sample.placeholder) sample.placeholder = "Choose …";
  };

  // A line on what was done fades away after a while; the next one is shown from the start again.
  window.cardioTold = () => {
    document.querySelectorAll("#status .ca-status").forEach((line) => {
      line.getAnimations().forEach((fading) => { fading.currentTime = 0; fading.play(); });
    });
  };

  const start = () => {
    const changes = { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-label"] };
    new MutationObserver((records) => {
      nameParts();
      const status = document.querySelector("#status");
      if (records.some(({ target }) => status?.contains(target))) window.cardioTold();
    }).observe(document.body, changes);
    const theme = stored();
    if (theme) show(theme);
    document.documentElement.lang = "en";
  };
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
