// Feedback: the buttons by each statement and each sentence of a report that takes remarks, and the dialog in
// which a sentence is corrected. What a visitor writes is handled as text throughout, never as markup.
(() => {
  const KINDS = [
    { opinion: "agree", mark: "✓", word: "Agree" },
    { opinion: "disagree", mark: "✗", word: "Disagree" },
    { opinion: "correct", mark: "✎", word: "Correct …" },
  ];
  const kept = new Map(); // what has been kept of this visitor: recording, subject and about → remark
  let sending = null;
  let correcting = null;

  const keyOf = (remark) => JSON.stringify([remark.recording, remark.subject, remark.about]);
  const make = (tag, name, text = "") => {
    const node = document.createElement(tag);
    node.className = name;
    node.textContent = text;
    return node;
  };

  // The page's own hidden button carries the remark to the server.
  const send = (remark) => {
    sending = remark;
    const button = document.querySelector("#remark");
    (button?.matches("button") ? button : button?.querySelector("button"))?.click();
  };
  window.cardioRemark = () => sending;
  window.cardioKept = (remark) => {
    if (!remark) return;
    kept.set(keyOf(remark), remark);
    window.cardioTold();
    document.querySelectorAll("[data-recording]").forEach(paint);
  };

  // ── the dialog ──────────────────────────────────────────────────────────────────────────────
  const dialog = make("dialog", "ca-dialog");
  dialog.setAttribute("aria-labelledby", "ca-dialog-title");
  const build = () => {
    dialog.innerHTML =
      '<form method="dialog"><h2 id="ca-dialog-title">Correct this sentence</h2><blockquote></blockquote>' +
      '<label>It should read<textarea rows="4" maxlength="600" required></textarea></label>' +
      "<p>Kept on the machine of this page: your words, versions and 10 s of trace. Write no names.</p>" +
      '<menu><button type="button" value="cancel">Cancel</button>' +
      '<button type="submit" value="save">Keep</button></menu></form>';
    document.body.append(dialog);
    const text = dialog.querySelector("textarea");
    dialog.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
    dialog.querySelector("form").addEventListener("submit", () => {
      if (text.value.trim()) send({ ...correcting, opinion: "correct", correction: text.value });
    });
  };
  const correct = (remark, sentence) => {
    correcting = remark;
    // The note with the button is hidden meanwhile and takes no focus back by itself.
    dialog.addEventListener("close", () => sentence?.focus(), { once: true });
    dialog.querySelector("blockquote").textContent = remark.about;
    dialog.querySelector("textarea").value = kept.get(keyOf(remark))?.correction || remark.about;
    dialog.showModal();
    dialog.querySelector("textarea").focus();
  };

  // ── the buttons ─────────────────────────────────────────────────────────────────────────────
  const buttons = (remark, what, kinds) => {
    const group = make("span", "ca-remark");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", `Your view of: ${what}`);
    group.dataset.key = keyOf(remark);
    kinds.forEach(({ opinion, mark, word }) => {
      const button = make("button", "", `${mark} `);
      button.append(make("span", "", word));
      button.type = "button";
      button.dataset.opinion = opinion;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        if (opinion === "correct") correct(remark, button.closest(".ca-sentence"));
        else send({ ...remark, opinion, correction: "" });
      });
      group.append(button);
    });
    return group;
  };

  const onSentence = (recording) => (sentence) => {
    const note = sentence.querySelector(".ca-basis");
    if (!note || note.querySelector(".ca-remark")) return;
    const about = sentence.firstChild.data;
    const remark = { recording, subject: "sentence", about };
    note.append(buttons(remark, about, KINDS));
    const said = make("span", "ca-said-of");
    said.dataset.key = keyOf(remark);
    note.before(said);
  };

  const onTable = (recording) => (table) => {
    if (table.querySelector(".ca-remark")) return;
    const head = make("th", "", "Your view");
    head.scope = "col";
    table.querySelector("thead tr").append(head);
    table.querySelectorAll("tbody tr").forEach((row) => {
      const about = row.querySelector("code").textContent;
      const cell = make("td", "ca-view");
      const name = row.querySelector("th").textContent;
      const verdict = row.classList.contains("ca-on") ? name : `not present: ${name}`;
      cell.append(buttons({ recording, subject: "statement", about }, verdict, KINDS.slice(0, 2)));
      row.append(cell);
    });
  };

  function paint(part) {
    const { recording } = part.dataset;
    part.querySelectorAll(".ca-report .ca-sentence").forEach(onSentence(recording));
    part.querySelectorAll(".ca-bars").forEach(onTable(recording));
    part.querySelectorAll(".ca-remark").forEach((group) => {
      const opinion = kept.get(group.dataset.key)?.opinion;
      group.querySelectorAll("button").forEach((button) => {
        const pressed = String(button.dataset.opinion === opinion);
        if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
      });
    });
    part.querySelectorAll(".ca-said-of").forEach((said) => {
      const kind = KINDS.find(({ opinion }) => opinion === kept.get(said.dataset.key)?.opinion);
      const text = kind ? ` ${kind.mark}` : "";
      if (said.textContent === text) return;
      said.textContent = text;
      said.title = kind ? `Your view: ${kind.opinion}` : "";
    });
  }

  const start = () => {
    build();
    const all = () => document.querySelectorAll("[data-recording]").forEach(paint);
    new MutationObserver(all).observe(document.body, { subtree: true, childList: true });
  };
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
