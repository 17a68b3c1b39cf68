"""
The style sheet of the page of a cluster: light, dark, narrow, and on paper.
"""

SHEET = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --paper: #ffffff; --ink: #1b2430; --soft: #586474; --line: #d9dee5;
  --head: #eef1f5; --code: #f1f3f6;
  --good: #146a3c; --good-back: #e3f4ea; --warn: #9a6200; --warn-back: #fdf0d5;
  --bad: #b3261e; --bad-back: #fce4e2; --dim: #6b7685; --dim-back: #eceff3;
  --noted: #1f5fa8; --noted-back: #e2edfa;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --paper: #1a2028; --ink: #e4e8ee; --soft: #9aa6b5; --line: #323b47;
    --head: #222a34; --code: #11161c;
    --good: #5fce93; --good-back: #17352a; --warn: #f0b64e; --warn-back: #3a2d12;
    --bad: #ff8a80; --bad-back: #431f1f; --dim: #97a3b2; --dim-back: #29313c;
    --noted: #82b7f5; --noted-back: #1b304a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
main, .foot { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", "Liberation Mono", Consolas, monospace;
  font-size: .88em; }
table code { white-space: nowrap; }
h1, h2, h3, h4, p, dl, dd, figure { margin: 0; }
.cluster { padding: 28px 0 8px; }
.cluster + .cluster { border-top: 2px solid var(--line); }
.head { background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
  border-top: 4px solid var(--dim); padding: 18px 20px; }
.head.good { border-top-color: var(--good); } .head.warn { border-top-color: var(--warn); }
.head.bad { border-top-color: var(--bad); }
.head h1 { color: var(--ink); font-size: 1.55rem; line-height: 1.25; }
.head h1 .badge { font-size: .95rem; vertical-align: .2em; margin-left: .4em; }
.head p { color: var(--soft); margin-top: 4px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 10px;
  margin: 14px 0 0; padding: 0; list-style: none; }
.tiles li { border-left: 3px solid var(--dim); padding: 2px 0 2px 10px; }
.tiles .good { border-color: var(--good); } .tiles .warn { border-color: var(--warn); }
.tiles .bad { border-color: var(--bad); } .tiles .noted { border-color: var(--noted); }
.tiles span { display: block; color: var(--soft); font-size: .82rem; }
.tiles strong { color: var(--ink); font-size: 1.12rem; }
section { margin-top: 26px; }
h2 { font-size: 1.12rem; margin-bottom: 4px; }
.lead { color: var(--soft); font-size: .87rem; margin-bottom: 8px; }
.none { color: var(--soft); }
.badge { display: inline-block; padding: 0 .5em; border-radius: 4px; font-size: .86em;
  font-weight: 600; line-height: 1.55; white-space: nowrap; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.dim { color: var(--dim); } .noted { color: var(--noted); }
.badge.good, .matrix .good { background: var(--good-back); }
.badge.warn, .matrix .warn, .settings td.warn { background: var(--warn-back); }
.badge.bad, td.bad { background: var(--bad-back); }
.badge.dim { background: var(--dim-back); } .badge.noted { background: var(--noted-back); }
.finding { background: var(--paper); border: 1px solid var(--line); border-left: 4px solid;
  border-radius: 6px; padding: 12px 16px; margin-top: 10px; }
.finding > * { color: var(--ink); }
.finding .badge.bad { color: var(--bad); } .finding .badge.warn { color: var(--warn); }
.finding .badge.noted { color: var(--noted); }
.finding h3 { font-size: 1rem; margin-top: 6px; }
.finding .where { font-weight: 600; margin-left: .4em; }
.finding .kind { color: var(--soft); font-size: .87rem; margin-left: .4em; }
.finding .why { color: var(--soft); margin: 2px 0 8px; }
pre { margin: 0; background: var(--code); border: 1px solid var(--line); border-radius: 4px;
  padding: 8px 10px; white-space: pre-wrap; }
.well { background: var(--paper); border: 1px solid var(--line); border-left: 4px solid;
  border-radius: 6px; padding: 10px 16px; }
.plain { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; margin: 0;
  padding: 10px 16px 10px 32px; }
.wide { overflow-x: auto; max-width: 100%; }
section > .wide { width: fit-content; min-width: min(340px, 100%); }
section > .wide, figure { background: var(--paper); border: 1px solid var(--line);
  border-radius: 6px; }
.wide + .wide { margin-top: 10px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; overflow-wrap: normal; }
th, td { padding: 5px 10px; text-align: left; vertical-align: middle;
  border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { background: var(--head); color: var(--soft); font-size: .82rem; white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
th small, td small { color: var(--soft); font-weight: 400; white-space: nowrap; }
td.small { font-size: .82rem; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.luns { min-width: 100%; } .luns td { min-width: 92px; }
.words td.mid, .words thead th + th, .matrix td, .matrix thead th + th { text-align: center; }
.bars td { min-width: 112px; } .paths td { min-width: 120px; }
.paths .badge { margin: 1px 0; font-weight: 500; }
.matrix { width: auto; font-variant-numeric: tabular-nums; } .matrix abbr { text-decoration: none; }
.matrix td { border-left: 1px solid var(--line); min-width: 52px; }
.matrix b { display: inline-block; min-width: 1.6em; color: var(--soft); }
.matrix .self { background: var(--head); }
.matrix.many { font-size: .68rem; } .matrix.many td { min-width: 0; padding: 3px 2px; }
.matrix.many th { padding: 3px 6px; } .matrix.many thead th + th { padding: 3px 0; }
.settings td:last-child { width: 60%; overflow-wrap: anywhere; }
.bar { position: relative; display: block; height: 9px; border-radius: 3px; overflow: hidden;
  background: var(--dim-back); }
.bar i { position: absolute; left: 0; top: 0; bottom: 0; min-width: 2px;
  background: currentColor; }
.bar b { position: absolute; top: 0; bottom: 0; width: 1px; background: var(--ink); opacity: .5; }
.slots { display: flex; flex-wrap: wrap; gap: 2px; }
.slots i { width: 12px; height: 9px; border-radius: 2px; background: currentColor; }
.slots i.dim { background: var(--dim-back); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(380px, 100%), 1fr));
  gap: 10px; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 6px;
  padding: 12px 16px; min-width: 0; }
.card h4 { font-size: 1rem; margin-bottom: 4px; }
.card dl { display: grid; grid-template-columns: 92px minmax(0, 1fr); row-gap: 6px; }
.card dt { color: var(--soft); font-size: .87rem; }
.card small { color: var(--soft); }
figure .wide { padding: 12px 0; text-align: center; } figure .wide svg { max-width: none; }
.legend { border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem;
  padding: 8px 14px; }
.legend span { white-space: nowrap; margin-right: 10px; }
.legend svg { margin-right: 5px; vertical-align: middle; }
svg { color: var(--dim); }
svg .line { fill: none; stroke: currentColor; stroke-width: 1.8; }
svg .line.good { stroke-width: 1.5; opacity: .75; }
svg .line.good.many { stroke-width: 1; opacity: .6; } svg .line.good.crowd { opacity: .3; }
svg .line.warn { stroke-dasharray: 9 3; stroke-width: 2.4; } svg .line.bad { stroke-width: 3; }
svg .line.dim { stroke-dasharray: 2 4; stroke-width: 1.2; }
svg .line.many.warn { stroke-width: 1.4; } svg .line.many.bad { stroke-width: 2.4; }
svg .box rect { fill: var(--paper); stroke: currentColor; stroke-width: 1.6; }
svg .box.lun rect { stroke-width: 1.6; fill: var(--head); }
svg .box.bad rect, svg .box.warn rect { stroke-width: 2.6; }
svg .box.dim rect { stroke-dasharray: 4 3; }
svg text { font: 600 13px system-ui, "Liberation Sans", Arial, sans-serif; fill: var(--ink);
  text-anchor: middle; }
svg text.small { font-size: 11px; font-weight: 400; fill: var(--soft); }
.foot { color: var(--soft); font-size: .84rem; padding-top: 22px; padding-bottom: 28px; }
.foot p + p { margin-top: 2px; }
nav { padding-top: 20px; } nav a { color: inherit; margin-right: 14px; white-space: nowrap; }
@media (max-width: 560px) {
  main, .foot { padding-left: 12px; padding-right: 12px; }
  .head, .finding, .card { padding-left: 12px; padding-right: 12px; }
  .tiles { grid-template-columns: 1fr 1fr; }
  tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 104px; }
  th small { white-space: normal; }
}
@media print {
  :root { color-scheme: light;
    --page: #fff; --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --head: #f0f0f0;
    --code: #f5f5f5; --good: #146a3c; --good-back: #e3f4ea; --warn: #8a5600;
    --warn-back: #fdf0d5; --bad: #b3261e; --bad-back: #fce4e2; --dim: #666;
    --dim-back: #e6e6e6; --noted: #1f5fa8; --noted-back: #e2edfa; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { font-size: 9.5pt; }
  main, .foot { max-width: none; padding: 0; }
  .cluster { padding-top: 0; } .cluster + .cluster { break-before: page; border: 0; }
  .finding, .card, figure, tr, .head { break-inside: avoid; }
  h2, .lead { break-after: avoid; } thead { display: table-header-group; }
  .wide { overflow: visible; } figure .wide svg { max-width: 100%; height: auto; }
  table { font-size: 8pt; } th, td { padding: 3px 5px; }
  thead th, tbody th, th small, td small, td, table code, table .badge { white-space: normal;
    overflow-wrap: anywhere; }
  .luns, .luns td { min-width: 0; } .luns { font-size: 7pt; } .luns .badge { padding: 0 .3em; }
  .matrix.many { font-size: 5.6pt; } .matrix.many td { padding: 1px; }
  .matrix.many th { padding: 1px 2px; } nav { display: none; }
  .tiles { grid-template-columns: repeat(4, 1fr); }
}
@page { size: A4; margin: 14mm 12mm; }
"""
