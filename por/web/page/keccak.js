// Keccak-256, as the EVM has it (the padding of before FIPS 202). WebCrypto has none.

const MASK = (1n << 64n) - 1n;
const RATE = 136;
const ROTATIONS = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14].map(BigInt);
const ROUNDS = constants();

function constants() {
  const found = [];
  let state = 1;
  for (let round = 0; round < 24; round += 1) {
    let constant = 0n;
    for (let j = 0; j < 7; j += 1) {
      if (state & 1) constant |= 1n << BigInt(2 ** j - 1);
      state = (state << 1) ^ (state & 0x80 ? 0x171 : 0);
    }
    found.push(constant);
  }
  return found;
}

function turned(lane, by) {
  return ((lane << by) | (lane >> (64n - by))) & MASK;
}

function permute(lanes) {
  for (const constant of ROUNDS) {
    const columns = [0, 1, 2, 3, 4].map((x) => lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
    const mixed = columns.map((_, x) => columns[(x + 4) % 5] ^ turned(columns[(x + 1) % 5], 1n));
    const moved = new Array(25);
    for (let i = 0; i < 25; i += 1) {
      const [x, y] = [i % 5, Math.floor(i / 5)];
      moved[y + 5 * ((2 * x + 3 * y) % 5)] = turned(lanes[i] ^ mixed[x], ROTATIONS[i]);
    }
    for (let i = 0; i < 25; i += 1) {
      const row = i - (i % 5);
      lanes[i] = moved[i] ^ (~moved[row + ((i + 1) % 5)] & MASK & moved[row + ((i + 2) % 5)]);
    }
    lanes[0] ^= constant;
  }
}

export function keccak256(bytes) {
  const padded = new Uint8Array(Math.floor(bytes.length / RATE + 1) * RATE);
  padded.set(bytes);
  padded[bytes.length] ^= 1;
  padded[padded.length - 1] ^= 0x80;
  const view = new DataView(padded.buffer);
  const lanes = new Array(25).fill(0n);
  for (let start = 0; start < padded.length; start += RATE) {
    for (let i = 0; i < RATE / 8; i += 1) lanes[i] ^= view.getBigUint64(start + 8 * i, true);
    permute(lanes);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 4; i += 1) digest.setBigUint64(8 * i, lanes[i], true);
  return new Uint8Array(digest.buffer);
}
