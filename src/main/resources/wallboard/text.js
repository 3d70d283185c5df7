/** Times and shares as text. */

const MINUTE = 60_000;

/** Such as 3:07, or 1:02:09. */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (ms >= 60 * MINUTE) {
    parts.unshift(Math.floor(seconds / 3600));
  }
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** Such as "3 minutes 7 seconds", for those who hear it. */
export function spoken(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  return (minutes > 0 ? `${minutes} minutes ` : '') + `${seconds % 60} seconds`;
}

export function percent(share) {
  return `${Math.round(share * 100)} %`;
}

export function timeOfDay(epochMs) {
  return new Date(epochMs).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});
}

/** Sets the text of a node only if it is another one, so that nothing is laid out for nothing. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** An element with a class, attributes, and children, which may be texts. */
export function element(name, className, attributes = {}, ...children) {
  const node = document.createElement(name);
  if (className) {
    node.className = className;
  }
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/** How a role is written. */
export function roleName(role) {
  return {CUSTOMER: 'Customer', AGENT: 'Agent'}[role] ?? 'Unknown role';
}
