/**
 * Viewers in a process of their own, so that what they cost is theirs and they can be stopped and killed:
 *
 *   node webrtc-viewers.js <url> <stream kind> <viewers>
 *
 * Prints a line of JSON twice a second: the packets that each viewer has got so far, and the bytes of all. Ends when its input does.
 */
import { HeadlessViewer } from './webrtc-client.js';
import { WsClient } from './ws-client.js';

const PER_CONNECTION = 5;
const [url = '', kind = 'main_cam0', count = '1'] = process.argv.slice(2);

const viewers: HeadlessViewer[] = [];
let client: WsClient | null = null;
for (let index = 0; index < Number(count); index += 1) {
  if (client === null || index % PER_CONNECTION === 0) client = await WsClient.greeted(url);
  viewers.push(await HeadlessViewer.join(client, kind));
}
setInterval(() => process.stdout.write(`${JSON.stringify({ packets: viewers.map(({ packets }) => packets), bytes: viewers.reduce((sum, { bytes }) => sum + bytes, 0) })}\n`), 500);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
