"""How reports look on a page: one style sheet for the fragments, light and dark.

The class names are those of :mod:`cardio_agent.rendering.fragments`. Colours come from the page's own
variables where it has them. No fonts, images or sheets are loaded from anywhere.
"""

REPORT_CSS = """
.ca-doc {
  --ink: var(--body-text-color, #16202b);
  --quiet: var(--body-text-color-subdued, #5b6875);
  --line: var(--border-color-primary, #dde3ea);
  --accent: var(--color-accent, #0b6e8f);
  --alert: #b3361f;
  color: var(--ink); font-size: 14px; line-height: 1.55; max-width: 100%; overflow-x: auto;
}
.dark .ca-doc { --alert: #ff9c85; }
.ca-doc h3 {
  margin: 18px 0 4px; font-size: 12px; font-weight: 650; letter-spacing: .06em; text-transform: uppercase;
  color: var(--accent);
}
.ca-doc .ca-card h3 {
  margin: 0 0 4px; font-size: 14px; font-weight: 600; letter-spacing: 0; text-transform: none; color: inherit;
}
.ca-doc p { margin: 0 0 6px; max-width: 78ch; }
.ca-doc ul { margin: 2px 0 0; padding-left: 18px; list-style: disc; color: var(--quiet); }
.ca-doc code { font-size: 12px; background: none; border: 0; padding: 0; color: var(--quiet); }
.ca-meta, .ca-quiet, .ca-note { color: var(--quiet); }
.ca-meta strong { color: var(--ink); font-size: 15px; }
.ca-note { font-size: 12.5px; padding-top: 8px; }
.ca-quiet { font-size: 12.5px; }
.ca-sentence { border-radius: 3px; cursor: help; outline-offset: 2px; }
.ca-sentence:hover, .ca-sentence:focus { background: color-mix(in srgb, var(--accent) 14%, transparent); }
.ca-contradicted, .ca-unsupported { text-decoration: underline wavy var(--alert) 1px; }
.ca-flag { color: var(--alert); font-size: 12px; font-style: normal; font-weight: 600; }
.ca-doc .ca-table { width: 100%; border-collapse: collapse; margin: 0 0 18px; border: 0; }
.ca-doc .ca-table tr { border: 0; }
.ca-doc .ca-table th, .ca-doc .ca-table td {
  padding: 5px 10px 5px 0; border: 0; border-bottom: 1px solid var(--line); text-align: left;
  font-weight: 400; vertical-align: baseline; background: none;
}
.ca-doc .ca-leads.ca-table :is(td, thead th:not(:first-child)) { text-align: right; }
.ca-doc .ca-table thead th { font-size: 12px; color: var(--quiet); white-space: nowrap; }
.ca-doc .ca-table .ca-number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.ca-doc .ca-table .ca-off > * { color: var(--quiet); }
.ca-doc .ca-table .ca-on th { font-weight: 600; }
.ca-bar {
  position: relative; display: inline-block; width: 160px; height: 8px; border-radius: 4px;
  vertical-align: middle;
  background: color-mix(in srgb, var(--quiet) 22%, transparent);
}
.ca-bar i { position: absolute; inset: 0 auto 0 0; border-radius: 4px; background: var(--quiet); }
.ca-on .ca-bar i { background: var(--accent); }
.ca-bar b { position: absolute; top: -3px; bottom: -3px; width: 2px; background: var(--ink); }
.ca-card { border-top: 1px solid var(--line); padding: 10px 0; }
.ca-card:first-child { border-top: 0; padding-top: 2px; }
.ca-chip {
  display: inline-block; margin-left: 4px; padding: 0 7px; border-radius: 9px; font-size: 11.5px;
  font-weight: 500;
  color: var(--quiet); border: 1px solid var(--line); vertical-align: 1px;
}
.ca-warn { color: var(--alert); border-color: currentColor; }
.ca-trace { display: block; width: 100%; height: auto; border-radius: 6px; }
"""

SHEET_CSS = """
.ca-sheet { display: block; font-family: system-ui, "DejaVu Sans", sans-serif; }
.ca-sheet .paper { fill: #fffdfc; stroke: #dc8f8f; stroke-width: .4; }
.ca-sheet .fine { fill: none; stroke: #f8dcdc; }
.ca-sheet .bold { fill: none; stroke: #eeb1b1; }
.ca-sheet polyline { fill: none; stroke: #16181d; stroke-linejoin: round; }
.ca-sheet polyline.quiet { stroke: #5d6470; }
.ca-sheet text { fill: #16181d; stroke: #fff; stroke-width: .8; paint-order: stroke; }
.ca-sheet text.quiet { fill: #5d6470; }
"""

FILE_CSS = """
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --block: #fff; --body-text-color: #16202b; --body-text-color-subdued: #54616e;
  --border-color-primary: #dde3ea; --color-accent: #0b6e8f; --warn: #8a4b00; --warn-fill: #fff1d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1419; --block: #171d24; --body-text-color: #e6ebf0; --body-text-color-subdued: #9aa7b4;
    --border-color-primary: #2a333d; --color-accent: #5cc0dd; --warn: #ffd899; --warn-fill: #3a2a0c;
  }
  .ca-doc { --alert: #ff9c85; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--body-text-color);
  font: 15px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
.ca-use {
  position: sticky; top: 0; z-index: 2; margin: 0; padding: 7px 20px; font-size: 13px; font-weight: 600;
  text-align: center; color: var(--warn); background: var(--warn-fill);
}
main { max-width: 1120px; margin: 0 auto; padding: 22px 20px 48px; }
h1 { margin: 0 0 4px; font-size: 25px; letter-spacing: -.01em; }
h2 { margin: 0 0 10px; font-size: 17px; }
section.ca-part {
  margin: 16px 0; padding: 18px 22px; background: var(--block);
  border: 1px solid var(--border-color-primary); border-radius: 10px;
}
.ca-lead { font-size: 17px; line-height: 1.5; margin: 0; max-width: 78ch; }
.ca-roll { overflow-x: auto; }
.ca-doc { overflow-x: visible; }
.ca-file { overflow-wrap: anywhere; }
.ca-roll .ca-table { min-width: 560px; }
figure {
  margin: 16px 0; background: #fff; border: 1px solid var(--border-color-primary); border-radius: 10px;
}
figure svg { width: 100%; min-width: 860px; height: auto; }
sup a, .ca-refs a { color: var(--color-accent); text-decoration: none; padding: 0 2px; }
sup { line-height: 0; font-size: 11px; }
.ca-refs { columns: 2; column-gap: 36px; margin: 0; padding-left: 28px; font-size: 12.5px; }
.ca-refs li { break-inside: avoid; margin-bottom: 4px; color: var(--quiet); }
.ca-refs code { overflow-wrap: anywhere; }
.ca-refs li:target { background: color-mix(in srgb, var(--color-accent) 16%, transparent); }
footer { color: var(--body-text-color-subdued); font-size: 12.5px; }
a:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px; }
@media (max-width: 700px) {
  main { padding: 14px 10px 32px; }
  section.ca-part { padding: 14px; }
  .ca-refs { columns: 1; }
}
@page { size: A4; margin: 14mm; }
@page trace { size: A4 landscape; margin: 8mm; }
@media print {
  :root {
    --page: #fff; --block: #fff; --body-text-color: #000; --body-text-color-subdued: #444;
    --border-color-primary: #bbb; --color-accent: #000; --warn: #000; --warn-fill: #fff;
  }
  body, .ca-doc { font-size: 9.5pt; }
  .ca-doc .ca-table { margin-bottom: 8px; }
  .ca-doc .ca-table th, .ca-doc .ca-table td { padding-top: 1px; padding-bottom: 1px; }
  main { max-width: none; padding: 0; }
  .ca-use { position: static; border: 1px solid #000; }
  section.ca-part { border: 0; padding: 0; }
  figure { page: trace; break-before: page; break-after: page; border: 0; margin: 0; }
  figure svg { width: 275mm; min-width: 0; }
  tr, .ca-card { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
"""

PAGE_CSS = """
.block:has(.ca-header) { height: 0; min-height: 0; padding: 0; overflow: visible; }
.dark { --color-accent: #5cc0dd; }
.gradio-container > .main { padding: 52px 18px 14px !important; max-width: 1800px; margin: 0 auto; }
.gradio-container .gap { gap: 10px; }
.ca-header {
  position: fixed; inset: 0 0 auto 0; z-index: 40; display: flex; align-items: baseline; gap: 14px;
  padding: 12px 20px; background: var(--block-background-fill);
  border-bottom: 1px solid var(--border-color-primary);
}
.ca-name { font-size: 18px; font-weight: 650; letter-spacing: -.01em; color: var(--body-text-color); }
.ca-tag { color: var(--body-text-color-subdued); font-size: 13px; }
.ca-use {
  margin-left: auto; padding: 3px 11px; border-radius: 12px; font-size: 12px; font-weight: 600;
  white-space: nowrap; color: #8a4b00; background: #fff1d6; border: 1px solid #f0d29a;
}
.ca-use .ca-more { color: inherit; }
.dark .ca-use { color: #ffd899; background: #3a2a0c; border-color: #6b4e17; }
.ca-empty {
  display: grid; place-items: center; min-height: 460px; border-radius: 6px; color: #9a6a6a; font-size: 14px;
  background-color: #fffdfc;
  background-image:
    linear-gradient(#eeb1b1 1px, transparent 1px), linear-gradient(90deg, #eeb1b1 1px, transparent 1px),
    linear-gradient(#f8dcdc 1px, transparent 1px), linear-gradient(90deg, #f8dcdc 1px, transparent 1px);
  background-size: 25px 25px, 25px 25px, 5px 5px, 5px 5px;
}
#chat { border-radius: 8px; }
#chat .message .prose { font-size: 14px; line-height: 1.5; }
#chat .message .prose :is(p, strong) { font-size: inherit; }
#chat .message .prose p { margin: 0 0 8px; }
#chat .message .prose em { color: var(--body-text-color-subdued); font-style: normal; font-size: 12.5px; }
#chat .placeholder-content { padding: 0 28px; }
#chat .icon-button-wrapper { display: none; }
#questions { flex-wrap: wrap; gap: 6px; }
#questions button {
  flex: 0 1 auto; width: auto; min-width: 0 !important; padding: 4px 11px; border-radius: 14px;
  font-weight: 500; white-space: nowrap; border: 1px solid var(--border-color-primary);
  background: var(--block-background-fill);
}
#questions button:hover { border-color: var(--color-accent); color: var(--color-accent); }
#trace {
  padding: 0 !important; background: #fff; border-radius: 8px; overflow: hidden;
  border: 1px solid var(--border-color-primary);
}
#tabs {
  padding: 4px 16px 12px; border-radius: 8px; background: var(--block-background-fill);
  border: 1px solid var(--border-color-primary);
}
@media (max-width: 760px) {
  .ca-tag, .ca-more { display: none; }
  .ca-header { padding: 12px; }
  .ca-name { white-space: nowrap; font-size: 16px; }
  .ca-use { font-size: 11px; padding: 3px 8px; }
  .gradio-container > .main { padding: 52px 8px 8px !important; }
  .ca-empty { min-height: 220px; }
}
"""
