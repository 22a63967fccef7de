// Finding a boat on the device itself: by characters, pinyin, first letters or number, one slip allowed.

// As the server folds names: width, case, spacing; O is 0 and I is 1.
export const folded = (text) => text.normalize("NFKC").toUpperCase().replace(/[^\p{L}\p{N}]/gu, "").replaceAll("O", "0").replaceAll("I", "1");

function slips(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length];
}

const parted = (text) => {
  const digits = /\d*$/.exec(text)[0];
  return [text.slice(0, text.length - digits.length), digits];
};

function rank(form, q) {
  if (form === q) return 0;
  if (form.startsWith(q)) return 1;
  const [head, number] = parted(form);
  if (number && number === q) return 1;
  if (number && number.startsWith(q)) return 2;
  const [letters, digits] = parted(q);
  if (digits && number === digits && (head.startsWith(letters) || head.endsWith(letters))) return 2;
  if (form.includes(q)) return 3;
  // One slip in the letters; a number is an identity, and is only ever a beginning.
  if (letters.length > 2 && number.startsWith(digits) && slips(head, letters, 1) <= 1) return 4;
  if (letters.length > 2 && !digits && slips(head.slice(0, letters.length), letters, 1) <= 1) return 5;
  return 9;
}

// [boat, how]: how is "sure", or "slip" where a letter was wrong. Nearest first, who sailed last before others.
export function find(boats, text, most) {
  const q = folded(text);
  if (!q) return [];
  const found = boats.map((b) => [b, Math.min(9, ...b.typed.map((form) => rank(form, q)))]).filter(([, r]) => r < 9);
  found.sort(([a, r], [b, s]) => r - s || (b.sailed_t ?? 0) - (a.sailed_t ?? 0) || a.name.localeCompare(b.name));
  return found.slice(0, most).map(([b, r]) => [b, r > 3 ? "slip" : "sure"]);
}
