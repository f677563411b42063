// Finds characters that hide or mislead, by the server's own table (assemblies/documents/character_table.py).
const MOST = 1000;

export function readTable(facts) {
  const names = new Map();
  const spans = [];
  for (const [first, last, name, hides] of facts.characters) {
    spans.push(`\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`);
    if (first === last) names.set(first, { name, hides });
    else names.set("others", { name, hides });
  }
  return { unseen: new RegExp(`[${spans.join("")}]`, "gu"), names, alphabets: Object.entries(facts.alphabets) };
}

// What a character is called, and whether it hides (or is merely odd).
export function described(table, character) {
  const { name, hides } = table.names.get(character.codePointAt(0)) ?? table.names.get("others");
  return { label: `${numbered(character)} ${name}`, hides };
}

// The findings of a text in order, at most MOST: {row, column, length, label, hides, misleads}, counted from 0.
// `mixedWords` says in words that a letter stands among lookalikes of another alphabet.
export function findHidden(table, lines, mixedWords) {
  const findings = [];
  for (let row = 0; row < lines.length && findings.length < MOST; row += 1) {
    if (!/[^\t\x20-\x7e]/.test(lines[row])) continue;
    const found = [...unseen(table, lines[row], row), ...misleading(table, lines[row], row, mixedWords)];
    findings.push(...found.sort((one, other) => one.column - other.column));
  }
  return findings.slice(0, MOST);
}

function unseen(table, line, row) {
  const findings = [];
  for (const match of line.matchAll(table.unseen)) {
    // A byte order mark is at home at the very beginning.
    if (row === 0 && match.index === 0 && match[0] === "\ufeff") continue;
    findings.push({ row, column: match.index, length: match[0].length, ...described(table, match[0]) });
    if (findings.length === MOST) break;
  }
  return findings;
}

function misleading(table, line, row, mixedWords) {
  const findings = [];
  for (const match of line.matchAll(/[\p{L}\p{N}_]+/gu)) {
    const foreign = /[^\x00-\x7f]/.test(match[0]) && foreignLetter(table, match[0]);
    if (!foreign) continue;
    const { at, letter, alphabet } = foreign;
    const label = `${numbered(letter)} ${alphabet} ${mixedWords}`;
    findings.push({ row, column: match.index + at, length: letter.length, label, hides: true, misleads: true });
    if (findings.length === MOST) break;
  }
  return findings;
}

// The first letter that is not Latin in a word of several alphabets that look alike.
function foreignLetter(table, word) {
  const seen = new Set();
  let foreign = null;
  let at = 0;
  for (const letter of word) {
    const alphabet = alphabetOf(table, letter);
    if (alphabet) seen.add(alphabet);
    if (alphabet && alphabet !== "LATIN") foreign ??= { at, letter, alphabet };
    at += letter.length;
  }
  return seen.size > 1 ? foreign : null;
}

function alphabetOf(table, letter) {
  const point = letter.codePointAt(0);
  const isOf = ([, spans]) => spans.some(([first, last]) => first <= point && point <= last);
  return table.alphabets.find(isOf)?.[0] ?? "";
}

function numbered(character) {
  return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
