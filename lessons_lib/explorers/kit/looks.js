// Colours, names and dashes, the same for every explorer and for the stills that Python draws: one table for both.
import LOOKS from './looks.json' with { type: 'json' };

// petroff10 (the ten colours that colour-blind readers tell apart best), and the same hues lifted for a dark page.
export const PALETTE = LOOKS.palette;
export const LOOK_OF = LOOKS.losses;

/** What stands out from the colour of a class, by a contrast of at least 4.5. */
export const inkOn = (k, dark) => (dark || !PALETTE.white_on.includes(k) ? '#0b0d10' : '#fff');
/** Fills the path with the tint of what is not won by the margin. */
export function fillBand(g, { accent, dark }) {
  g.fillStyle = accent;
  g.globalAlpha = dark ? 0.17 : 0.11;
  g.fill();
}
