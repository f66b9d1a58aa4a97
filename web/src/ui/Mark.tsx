/** The product's mark: a QR code that turns into bars. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--brand)" />
      <g fill="none" stroke="#fff" strokeWidth="2.4">
        <rect x="6.7" y="6.7" width="6.6" height="6.6" rx="1.4" />
        <rect x="18.7" y="6.7" width="6.6" height="6.6" rx="1.4" />
        <rect x="6.7" y="18.7" width="6.6" height="6.6" rx="1.4" />
      </g>
      <path d="M18 25.5v-3.2M22 25.5v-7M26 25.5v-5" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}
