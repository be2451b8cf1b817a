import { escapeText } from './escape-text.js';

const STYLE = [
  ':root{color-scheme:light dark;--back:#fff;--text:#1f2328;--dim:#57606a;--line:#d8dee4;--soft:#f6f8fa;--bar:#54aeff66}',
  '@media(prefers-color-scheme:dark){:root{--back:#0d1117;--text:#f0f6fc;--dim:#9198a1;--line:#2a313c;--soft:#161b22;--bar:#388bfd66}}',
  '*{box-sizing:border-box}',
  'body{margin:0 auto;max-width:900px;padding:32px 20px 64px;background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif}',
  'h1{font-size:26px;line-height:1.25;margin:0 0 4px}',
  'h2{font-size:18px;margin:40px 0 12px}',
  'p{margin:0 0 12px}',
  '.dim{color:var(--dim)}',
  '.figures{display:flex;flex-wrap:wrap;gap:12px;margin:24px 0 0}',
  '.figures div{flex:1 1 150px;background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:12px 14px}',
  '.figures b{display:block;font-size:22px;line-height:1.3}',
  '.figures span{color:var(--dim);font-size:13px}',
  '.wide{overflow-x:auto}',
  'svg.plot{max-width:100%;height:auto}',
  'table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}',
  'th,td{padding:5px 12px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}',
  'th{color:var(--dim);font-weight:600}',
  'th:first-child,td:first-child,.words{text-align:left}',
  '.words{white-space:normal;overflow-wrap:anywhere}',
  'td.bar{background:linear-gradient(var(--bar),var(--bar)) 0/var(--share) 100% no-repeat}',
  'summary{cursor:pointer;color:var(--dim);margin:12px 0}',
].join('\n');

/** One self-contained page: no script, nothing fetched; light or dark as its reader's system prefers. */
export function htmlPage(title: string, body: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeText(title)}</title>`,
    `<style>\n${STYLE}\n</style>`,
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Figures that stand out: what they are, by their values. */
export function figures(facts: readonly (readonly [name: string, value: string])[]): string {
  const tiles = facts.map(
    ([name, value]) => `<div><b>${escapeText(value)}</b><span>${escapeText(name)}</span></div>`,
  );
  return `<div class="figures">${tiles.join('')}</div>`;
}

/** A cell of a table: text, or a share of one that is drawn as a bar behind its text. */
export type Cell = string | { readonly text: string; readonly share: number };

/**
 * A table. The first column is words, the others are figures.
 *
 * @param words further columns that are words, by their numbers.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  words: readonly number[] = [],
): string {
  const look = (column: number): string =>
    column === 0 || words.includes(column) ? ' class="words"' : '';
  const head = heads.map((text, column) => `<th${look(column)}>${escapeText(text)}</th>`).join('');
  const body = rows.map((row) => {
    const cells = row.map((cell, column) =>
      typeof cell === 'string'
        ? `<td${look(column)}>${escapeText(cell)}</td>`
        : `<td class="bar" style="--share:${(cell.share * 100).toFixed(1)}%">${escapeText(cell.text)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return [
    '<div class="wide"><table>',
    `<thead><tr>${head}</tr></thead>`,
    '<tbody>',
    ...body,
    '</tbody></table></div>',
  ].join('\n');
}

/** What is there for those who want it: a line that opens. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${escapeText(summary)}</summary>\n${body}\n</details>`;
}
