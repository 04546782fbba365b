// Colours, the same for every explorer.
// petroff10 (the ten colours that colour-blind readers tell apart best), and the same hues lifted for a dark page.
export const PALETTE = {
  light: ['#3f90da', '#ffa90e', '#bd1f01', '#94a4a2', '#832db6', '#a96b59', '#e76300', '#b9ac70', '#717581', '#92dadd'],
  dark: ['#5aa2e6', '#ffa90e', '#ee5a41', '#a3b3b1', '#b779e6', '#c48a78', '#ff8126', '#c9bd83', '#8d91a0', '#92dadd'],
};
const WHITE_ON = new Set([2, 4, 8]);

/** What stands out from the colour of a class, by a contrast of at least 4.5. */
export const inkOn = (k, dark) => (dark || !WHITE_ON.has(k) ? '#0b0d10' : '#fff');
