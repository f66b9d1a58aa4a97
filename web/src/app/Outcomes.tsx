import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';

/** No such page. */
export function NotFound() {
  return (
    <EmptyState
      isPage
      icon="info"
      title="There is no such page."
      detail="The address may be mistyped, or from another version of the platform."
    >
      <Link to="/">To the first page</Link>
    </EmptyState>
  );
}

/** A defect of the page itself. */
export function Broken({ error }: ErrorComponentProps) {
  return (
    <EmptyState isPage icon="warning" title="This page broke." detail={error instanceof Error ? error.message : String(error)} isAlert>
      <Button onClick={() => location.reload()}>Load it again</Button>
    </EmptyState>
  );
}
