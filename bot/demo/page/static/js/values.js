// What the inputs of one message or dialog hold, in Slack's own form: {block_id: {action_id: input}}.

const INITIAL = {
  initial_value: "value",
  initial_option: "selected_option",
  initial_options: "selected_options",
  initial_date: "selected_date",
  initial_time: "selected_time",
  initial_date_time: "selected_date_time",
  initial_user: "selected_user",
  initial_users: "selected_users",
  initial_channel: "selected_channel",
  initial_channels: "selected_channels",
  initial_conversation: "selected_conversation",
  initial_conversations: "selected_conversations",
};

export class Values {
  constructor() {
    this.held = new Map();
  }

  // What a person entered, else what the element starts with.
  get(where, element = {}) {
    const own = this.held.get(`${where.block_id}\n${where.action_id}`);
    if (own) return own.input;
    for (const [from, to] of Object.entries(INITIAL)) if (element[from] !== undefined) return { [to]: element[from] };
    return {};
  }

  set(where, input) {
    this.held.set(`${where.block_id}\n${where.action_id}`, { where, input });
  }

  // Only what was touched: the workspace knows the initial values.
  state() {
    const out = {};
    for (const { where, input } of this.held.values()) (out[where.block_id] ??= {})[where.action_id] = input;
    return out;
  }

  // After an update of the view: what is no longer there is forgotten.
  keep(wheres) {
    const alive = new Set(wheres.map((where) => `${where.block_id}\n${where.action_id}`));
    for (const key of [...this.held.keys()]) if (!alive.has(key)) this.held.delete(key);
  }
}
