import { QueryClient } from '@tanstack/react-query';
import { Problem } from '@/lib/problem';

/** Refusals are final; what may pass is tried again, a little later each time. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 3 && error instanceof Problem && error.isPassing,
      retryDelay: (failures, error) => {
        const asked = error instanceof Problem ? error.retryAfter : null;
        return asked === null ? Math.min(1000 * 2 ** failures, 15_000) : asked * 1000;
      },
      // A request that fails says so itself; browsers' guesses about the connection keep none from being sent.
      networkMode: 'always',
    },
  },
});
