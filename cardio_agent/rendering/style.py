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
.ca-points { max-width: 420px; }
.ca-bars tbody th::first-letter, .ca-card h3::first-letter { text-transform: uppercase; }
.ca-doc ul { margin: 2px 0 12px; padding-left: 18px; list-style: disc; color: var(--quiet); }
.ca-doc code { font-size: 12px; background: none; border: 0; padding: 0; color: var(--quiet); }
.ca-meta, .ca-quiet, .ca-note { color: var(--quiet); }
.ca-meta strong { color: var(--ink); font-size: 15px; }
.ca-note { font-size: 12.5px; padding-top: 8px; }
.ca-quiet { font-size: 12.5px; }
.ca-sentence { border-radius: 3px; cursor: help; outline-offset: 2px; }
.ca-sentence:hover, .ca-sentence:focus { background: color-mix(in srgb, var(--accent) 14%, transparent); }
.ca-text { position: relative; }
.ca-basis {
  display: none; position: absolute; left: 0; right: 0; z-index: 30; max-width: 560px; margin-top: 6px;
  padding: 10px 13px; border: 1px solid var(--line); border-left: 3px solid var(--accent); border-radius: 8px;
  background: var(--block-background-fill, #fff); box-shadow: 0 8px 28px rgb(10 25 40 / .16);
  font-size: 12.5px; line-height: 1.5; cursor: auto;
}
.ca-sentence:hover > .ca-basis, .ca-sentence:focus-within > .ca-basis { display: block; }
.ca-text:has(.ca-sentence:hover) .ca-sentence:not(:hover) > .ca-basis { display: none; }
.ca-basis > span { display: block; margin-bottom: 4px; overflow-wrap: anywhere; }
.ca-basis > .ca-by { margin: 6px 0 0; color: var(--quiet); }
.ca-verdict { font-weight: 600; color: var(--accent); }
.ca-verdict i { font-style: normal; }
:is(.ca-contradicted, .ca-unsupported) > .ca-basis { border-left-color: var(--alert); text-decoration: none; }
:is(.ca-contradicted, .ca-unsupported) > .ca-basis .ca-verdict { color: var(--alert); }
.ca-star { color: var(--accent); font-weight: 700; }
.ca-sum {
  margin-bottom: 14px; padding: 12px 16px; border-radius: 8px;
  background: color-mix(in srgb, var(--accent) 8%, transparent);
}
.ca-doc .ca-sum h3 { margin-top: 0; }
.ca-sum .ca-text { margin: 0; font-size: 15px; }
.ca-foot { margin-top: 18px; padding-top: 10px; border-top: 1px solid var(--line); }
.ca-hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
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
.ca-doc .ca-table caption { text-align: left; }
.ca-doc .ca-table td.ca-quiet { color: var(--quiet); }
.ca-doc .ca-outside { color: var(--alert); font-weight: 600; }
.ca-word { display: block; font-size: 11px; font-weight: 500; }
.ca-more summary { cursor: pointer; color: var(--accent); margin: 10px 0; }
.ca-total { font-size: 20px; font-weight: 600; }
.ca-doc .ca-table .ca-on th { font-weight: 600; }
.ca-bar {
  margin-left: 12px; position: relative; display: inline-block; width: 160px; height: 8px; border-radius: 4px;
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
.ca-fact { border-color: transparent; background: color-mix(in srgb, var(--quiet) 13%, transparent); }
.ca-definite { color: var(--accent); border-color: currentColor; }
.ca-warn, .ca-out { color: var(--alert); border-color: currentColor; }
"""

SHEET_CSS = """
.ca-sheet { display: block; font-family: Inter, system-ui, "DejaVu Sans", sans-serif; }
.ca-sheet .paper { fill: #fffdfc; stroke: #dc8f8f; stroke-width: .4; }
.ca-sheet .fine { fill: none; stroke: #f8dcdc; }
.ca-sheet .bold { fill: none; stroke: #eeb1b1; }
.ca-sheet polyline { fill: none; stroke: #16181d; stroke-linejoin: round; }
.ca-sheet polyline.quiet { stroke: #5d6470; }
.ca-sheet polyline.p { stroke: #0b7a54; }
.ca-sheet polyline.qrs { stroke: #6a2fb5; }
.ca-sheet polyline.t { stroke: #c2560c; }
.ca-sheet stop { stop-color: #1f77d0; }
.ca-sheet text { fill: #16181d; stroke: #fff; stroke-width: .8; paint-order: stroke; }
.ca-sheet text.quiet { fill: #5d6470; }
.ca-sheet text.p { fill: #0b7a54; }
.ca-sheet text.qrs { fill: #6a2fb5; }
.ca-sheet text.t { fill: #b34e09; }
.ca-sheet text.shade { fill: #1a66b3; }
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
@page {
  size: A4; margin: 14mm 14mm 16mm;
  @bottom-left { content: "Research use only. Not a medical device."; font: 600 7.5pt system-ui, sans-serif; }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 7.5pt system-ui, sans-serif; }
}
@page trace { size: A4 landscape; margin: 8mm 8mm 14mm; }
@media print {
  :root {
    --page: #fff; --block: #fff; --body-text-color: #000; --body-text-color-subdued: #444;
    --border-color-primary: #bbb; --color-accent: #000; --warn: #000; --warn-fill: #fff;
  }
  body, .ca-doc { font-size: 9.5pt; }
  .ca-doc .ca-table { margin-bottom: 8px; }
  .ca-doc .ca-table th, .ca-doc .ca-table td { padding-top: 1px; padding-bottom: 1px; }
  main { display: flex; flex-direction: column; max-width: none; padding: 0; }
  main > * { order: 1; width: 182mm; }
  .ca-use { display: none; }
  section.ca-part { border: 0; padding: 0; }
  figure { page: trace; order: 0; width: 281mm; break-after: page; border: 0; margin: 0; }
  figure svg { width: 275mm; min-width: 0; }
  tr, .ca-card { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
"""
