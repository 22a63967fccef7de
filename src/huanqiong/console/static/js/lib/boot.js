// What the server says about this page at its start: store, person, what they may do, names of kinds.

const text = document.getElementById("boot")?.textContent;
export const boot = text ? JSON.parse(text) : { store: null, may: [], kinds: {} };
export const may = (permission) => boot.may.includes(permission);
export const kindName = (kind) => boot.kinds[kind] ?? kind;
