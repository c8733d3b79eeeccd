// What could be meant while someone types: commands, their verbs, people, channels. Pure: text in, suggestions out.

// {kind, from, to, items: [{text, insert, label, detail, run}]} for the word at `caret`, or null.
export function suggest(text, caret, { commands, people, channels }) {
  const typed = text.slice(0, caret);
  const name = /^(\/\S*)$/.exec(typed);
  if (name) {
    const items = commands.filter((one) => one.command.startsWith(name[1].toLowerCase())).map((one) => ({
      insert: `${one.command} `, label: one.command, hint: one.usage_hint ?? "", detail: one.description ?? "",
    }));
    return items.length ? { kind: "Commands", from: 0, to: caret, items } : null;
  }
  const verb = /^(\/\S+)\s+(\S*)$/.exec(typed);
  if (verb) {
    const command = commands.find((one) => one.command === verb[1].toLowerCase());
    const items = (command?.verbs ?? []).filter((one) => one.usage.startsWith(verb[2].toLowerCase())).map((one) => {
      const word = one.usage.split(/\s/)[0];
      const takes = one.usage.length > word.length;
      return { insert: `${command.command} ${word}${takes ? " " : ""}`, label: `${command.command} ${word}`, hint: one.usage.slice(word.length + 1),
        detail: one.help ?? "", complete: !takes || /^\[/.test(one.usage.slice(word.length + 1)), exact: word === verb[2] };
    });
    return items.length ? { kind: "What it can do", from: 0, to: caret, items } : null;
  }
  const mention = /(?:^|\s)([@#])([\p{L}\p{N}._-]*)$/u.exec(typed);
  if (!mention) return null;
  const start = caret - mention[2].length - 1;
  const query = mention[2].toLowerCase();
  const items = mention[1] === "@"
    ? people.filter((one) => `${one.name} ${one.real_name}`.toLowerCase().includes(query)).map((one) => ({
      insert: `@${one.name} `, label: one.real_name || one.name, hint: `@${one.name}`, detail: one.title ?? "" }))
    : channels.filter((one) => one.name.includes(query)).map((one) => ({ insert: `#${one.name} `, label: `#${one.name}`, hint: "", detail: one.topic ?? "" }));
  return items.length ? { kind: mention[1] === "@" ? "People" : "Channels", from: start, to: caret, items: items.slice(0, 8) } : null;
}

// The usage of the verb that is being typed, shown under the box.
export function usage(text, commands) {
  const found = /^(\/\S+)(?:\s+(\S+))?/.exec(text);
  const command = found && commands.find((one) => one.command === found[1].toLowerCase());
  if (!command) return "";
  const verb = (command.verbs ?? []).find((one) => one.usage.split(/\s/)[0] === found[2]);
  return verb ? `${command.command} ${verb.usage}` : `${command.command} ${command.usage_hint ?? ""}`;
}
