// Numbers in words.

export const degrees = radians => `${((radians * 180) / Math.PI).toFixed(1)}°`;
export const thousands = n => n.toLocaleString('en-US');
