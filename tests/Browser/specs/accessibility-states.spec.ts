import { test } from '@playwright/test';
import { scan, send } from '../support/stack';
import { checkStates, usual } from '../support/states';

test.beforeAll(() => send([scan({ campaignContext: { campaignId: 'camp_axe', campaignName: 'Axe' } })]));

checkStates((name) => !usual.includes(name));
