import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from '@/app/queryClient';
import { router } from '@/app/router';
import { end, resume, session, subscribe } from '@/features/session/session';
import { takeCredentialsFrom } from '@/lib/http';

resume();
takeCredentialsFrom({ token: () => session()?.token ?? null, refused: () => end('expired') });

// Whoever logs in next sees nothing of who was here before; and a session that ends leads to the login page.
subscribe(() => {
  if (session()) return;
  queryClient.clear();
  void router.invalidate();
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
