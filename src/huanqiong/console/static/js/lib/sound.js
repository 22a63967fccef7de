// The distress signal: two tones until acknowledged. Browsers ask for one gesture before a page may sound.

let context = null;
let timer = null;
let wanted = false;

export const soundReady = () => context?.state === "running";

export async function enableSound() {
  context ??= new AudioContext();
  await context.resume();
  if (wanted) begin();
  return soundReady();
}

function tone(frequency, at, length) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.22, at + 0.02);
  gain.gain.setValueAtTime(0.22, at + length - 0.03);
  gain.gain.linearRampToValueAtTime(0, at + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}

function begin() {
  if (timer || !soundReady()) return;
  // The alternation of the radiotelephone alarm: 2,200 Hz and 1,300 Hz, a quarter of a second each.
  const cycle = () => {
    for (let i = 0; i < 4; i += 1) tone(i % 2 ? 1300 : 2200, context.currentTime + i * 0.25, 0.25);
  };
  cycle();
  timer = setInterval(cycle, 2000);
}

export function sounding(yes) {
  wanted = yes;
  if (yes) begin();
  else if (timer) {
    clearInterval(timer);
    timer = null;
  }
}
