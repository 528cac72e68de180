/** Version of the host's side of the protocol, shown in its state. */
export const HOST_VERSION = '0.1.0';
