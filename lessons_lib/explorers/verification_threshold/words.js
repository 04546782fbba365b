// What VerificationThreshold says: shares and counts as one would write them, and sentences that hold for what is set.
import { bold, escaped, minus, thousands, tight } from '../kit/words.js';
import { areaUnder, edgeAt, equalErrorRate, nearestEdge, standingAt } from './maths.js';

const several = (n, one, many) => `${thousands(n)} ${n === 1 ? one : many}`;

/** 97.2 %, and as many digits as a small share, or one close to all, needs; never 0 or 100 where it is not. */
export function shareText(share) {
  const off = Math.min(share, 1 - share),
    digits = off === 0 || off >= 0.01 ? 1 : off >= 0.001 ? 2 : off >= 1e-5 ? 3 : 4;
  if (off > 0 && off < 5e-7) return share < 0.5 ? '< 0.0001 %' : '> 99.9999 %';
  return `${(100 * share).toFixed(off === 0 ? 0 : digits)} %`;
}
export const scoreText = (net, score) => minus(score.toFixed(net.digits));
/** Of how many pairs one is genuine, in words. */
export const priorText = prior =>
  Math.abs(prior - 0.5) < 1e-9
    ? 'half are genuine'
    : prior < 0.5
      ? `1 in ${thousands(Number((1 / prior).toPrecision(3)))} is genuine`
      : `${shareText(prior)} are genuine`;
const wrongText = right => {
  const wrong = 1000 * (1 - right);
  return wrong === 0
    ? 'none'
    : wrong < 0.05
      ? 'fewer than 0.1'
      : wrong < 9.95
        ? String(Number(wrong.toFixed(1)))
        : String(Math.round(wrong));
};

/** What changed from `before` to what is set now, if anything did: 'net', 'threshold' or 'prior'. */
function changedSince(before, now) {
  if (before.threshold === undefined) return '';
  if (before.net !== now.chosen) return 'net';
  return Math.abs(before.threshold - now.threshold) > 1e-12 ? 'threshold' : before.prior !== now.prior ? 'prior' : '';
}
const moved = (was, is) => tight(was === is ? `still ${bold(is)}` : `${was} → ${bold(is)}`);
const wentTo = (was, is) => (was === is ? `stays at ${bold(is)}` : `goes from ${was} to ${bold(is)}`);
const shares = (was, is) => moved(shareText(was), shareText(is));

/** Errors lost and won between two thresholds: 531 false accepts fewer, 140 false rejects more. */
function trade(was, now) {
  const parts = [
    ['false accept', now.impostors - was.impostors],
    ['false reject', was.genuine - now.genuine],
  ]
    .filter(([, n]) => n)
    .map(([kind, n]) =>
      bold(several(Math.abs(n), `${kind} ${n < 0 ? 'fewer' : 'more'}`, `${kind}s ${n < 0 ? 'fewer' : 'more'}`)),
    );
  return parts.join(', ') || 'no pair is judged otherwise';
}

/** What the threshold lets through; after a change, what that did. */
export function thresholdSentence(nets, now, before) {
  const { net } = now,
    kind = changedSince(before, now),
    was = kind && standingAt(nets, before),
    at = scoreText(net, now.threshold);
  if (kind === 'net') {
    const names = `${escaped(was.net.name)} → ${bold(escaped(net.name))}`,
      far =
        shareText(was.far) === shareText(now.far)
          ? `at the same FAR of ${bold(shareText(now.far))}`
          : `FAR ${shares(was.far, now.far)},`;
    return (
      `${names}: ${far} the TAR ${wentTo(shareText(was.tar), shareText(now.tar))}, ` +
      `with the threshold at ${bold(at)}. ${ofThousand(now)}`
    );
  }
  if (kind === 'threshold')
    return (
      `Threshold ${moved(scoreText(net, was.threshold), at)}: TAR ${shares(was.tar, now.tar)}, ` +
      `FAR ${shares(was.far, now.far)}: ${trade(was, now)}. ${ofThousand(now)}`
    );
  if (kind === 'prior')
    return (
      `${priorText(was.prior).replace(/^./, c => c.toUpperCase())} → ${bold(priorText(now.prior))}. ` +
      `TAR and FAR stay, ${shareText(now.tar)} and ${shareText(now.far)}; ` +
      `of 1,000 pairs ${moved(wrongText(was.right), wrongText(now.right))} are judged wrongly.`
    );
  return (
    `From ${bold(at)} on counts as the same: ${bold(shareText(now.tar))} of the genuine ` +
    `pairs are accepted and ${bold(shareText(now.far))} of the impostors. ${ofThousand(now)}`
  );
}
const ofThousand = ({ right, prior }) =>
  `Of 1,000 pairs, of which ${priorText(prior)}, ${bold(wrongText(right))} ` +
  `${wrongText(right) === '1' ? 'is' : 'are'} judged wrongly.`;

/** What an accepted pair is worth, and the numbers that do not depend on the threshold. */
export function curveSentence(now) {
  const { net, precision, prior, others } = now;
  const worth =
    precision === null
      ? 'Nothing is accepted.'
      : `Where ${priorText(prior)}, ${bold(shareText(precision))} of the accepted pairs are.`;
  const out = net.left_out
    ? ` ${several(net.left_out, 'pair has', 'pairs have')} no finite ` +
      `score and ${net.left_out === 1 ? 'is' : 'are'} left out.`
    : '';
  const few =
    others < 1000
      ? ` ${several(others, 'impostor', 'impostors')} cannot show a FAR below ${shareText(1 / others)}.`
      : '';
  return (
    `${worth} Whatever the threshold: equal error rate ${bold(shareText(equalErrorRate(net)))}, ` +
    `where as large a share of impostors slips in as of genuine pairs is refused; ` +
    (`area under the ROC curve ${bold(areaUnder(net).toFixed(4))}, so ` +
      `often does a genuine pair score above an impostor.${few}${out}`)
  );
}

/** The same in a few words, for who moves the threshold by ear. */
export const spokenRates = ({ net, threshold, tar, far }) =>
  `${scoreText(net, threshold)}: TAR ${shareText(tar)}, FAR ${shareText(far)}`;
/** The same for who walks along the ROC curve: its axes first. */
export const spokenPlace = ({ net, threshold, tar, far }) =>
  `FAR ${shareText(far)}, TAR ${shareText(tar)}, from ${scoreText(net, threshold)} on`;
/** Where the reader's last gesture began, if on this network. */
export const ghostOf = (before, now) =>
  changedSince(before, now) === 'threshold' ? edgeAt(now.net, nearestEdge(now.net, before.threshold)) : null;
