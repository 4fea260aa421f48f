// The pairing code as a person types it: small letters, blanks and look-alikes of Crockford's
// base 32 (O for 0, I and L for 1) are read as what they stand for.

/** `XXXX-XXXX`, or fewer characters while the code is not complete. */
export function codeTyped(text: string): string {
  const plain = text.toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1").replace(/[^0-9A-Z]/g, "").slice(0, 8);
  return plain.length > 4 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : plain;
}
