/** Characters that no XML document may hold (XML 1.0, section 2.2): one of them, and nobody draws the plot. */
const NOT_IN_XML = /[\p{Cs}\p{Noncharacter_Code_Point}]|[^\t\n\r\P{Cc}]/gu;

/** Text as it may stand in HTML and SVG, between tags and in attributes in double quotes. */
export function escapeText(text: string): string {
  return text
    .replace(NOT_IN_XML, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
