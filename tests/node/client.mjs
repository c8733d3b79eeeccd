// Slack's Node SDK against the local workspace: answers one slash command, then posts and edits a message.
// Prints one line of JSON for each thing that happened; ends when its standard input closes.
import { LogLevel, SocketModeClient } from "@slack/socket-mode";
import { WebClient } from "@slack/web-api";

const { API, APP_TOKEN, BOT_TOKEN } = process.env;
const say = (event, more = {}) => console.log(JSON.stringify({ event, ...more }));

const web = new WebClient(BOT_TOKEN, { slackApiUrl: API, logLevel: LogLevel.ERROR });
const socket = new SocketModeClient({
  appToken: APP_TOKEN,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: API, logLevel: LogLevel.ERROR },
});

socket.on("slash_commands", async ({ body, ack }) => {
  await ack({ text: `Looking at ${body.text} …` });
  const posted = await web.chat.postMessage({
    channel: body.channel_id,
    text: "Checking",
    blocks: [{ type: "section", text: { type: "mrkdwn", text: "*Checking* …" } }],
    metadata: { event_type: "node", event_payload: { step: 1 } },
  });
  const edited = await web.chat.update({
    channel: posted.channel,
    ts: posted.ts,
    text: "Checked",
    blocks: [{ type: "section", text: { type: "mrkdwn", text: "*Checked*: all is well" } }],
  });
  const history = await web.conversations.history({ channel: posted.channel, include_all_metadata: true });
  say("answered", { ts: posted.ts, edited: edited.ok, history: history.messages });
});

socket.on("app_home_opened", async ({ event, ack }) => {
  await ack();
  const view = { type: "home", blocks: [{ type: "section", text: { type: "mrkdwn", text: "From Node" } }] };
  await web.views.publish({ user_id: event.user, view });
});

socket.on("interactive", async ({ body, ack }) => {
  await ack();
  try {
    await web.views.open({ trigger_id: body.trigger_id, view: { type: "modal", blocks: [] } });
  } catch (error) {
    say("refused", { error: error.data?.error, messages: error.data?.response_metadata?.messages });
  }
});

try {
  await web.chat.postMessage({ channel: "C0GENERAL", text: "I am not in there" });
} catch (error) {
  say("error", { error: error.data?.error });
}
const me = await web.auth.test();
await socket.start();
say("ready", { user: me.user_id, scopes: me.response_metadata?.scopes });

process.stdin.resume();
process.stdin.on("end", async () => {
  await socket.disconnect();
  process.exit(0);
});
