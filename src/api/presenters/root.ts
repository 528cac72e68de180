import type { RootBody } from '../contract/root.js';

/** What is spoken at this address: names and versions of the API are the contract's (3.1), the product is ours. */
export function presentRoot(productVersion: string): RootBody {
  return {
    service: 'FootballVision Pro API v3',
    version: '3.0.0',
    status: 'running',
    features: [
      'in_process_gstreamer',
      'instant_operations',
      'recording_protection',
      'state_persistence',
      'survives_page_refresh',
    ],
    product: 'Touchline',
    product_version: productVersion,
  };
}
