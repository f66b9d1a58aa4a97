import axe from 'axe-core';
import { expect, type Page } from '@playwright/test';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Fails with what is wrong and where, unless the page as it is now passes every rule of WCAG 2.2 A and AA that axe can check. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  // Colours in transition are no colours to judge.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) animation.cancel();
  });
  // Evaluated by the debugger, so that the page's own content policy stays as it is; once for each document, because half a megabyte takes its time.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const result = await page.evaluate((only) => axe.run(document, { runOnly: { type: 'tag', values: only }, resultTypes: ['violations'] }), tags);
  const problems = result.violations.map(
    (violation) => `${violation.id} (${violation.impact}): ${violation.help}\n${violation.nodes.map((node) => `    ${node.target.join(' ')}: ${node.failureSummary}`).join('\n')}`,
  );
  expect(problems, `${state}:\n${problems.join('\n')}`).toEqual([]);
}
