// What a block may ask of the page: names, and acting as the person who looks at it.

export function lookups(store, nav) {
  return {
    user: (id) => store.users.get(id),
    channel: (id) => {
      const channel = store.channels.get(id);
      return channel && store.visible(channel) ? channel : undefined;
    },
    me: () => store.me,
    openChannel: (id) => nav.channel(id),
    people: () => [...store.users.values()].filter((user) => !user.deleted && user.id !== "USLACKBOT"),
    conversations: () => [...store.channels.values()].filter((one) => store.visible(one) && !one.archived)
      .map((one) => ({ id: one.id, kind: one.kind, title: store.title(one) })),
  };
}

// `where` names the surface: {channel, ts} or {view_id}.
export function surface(store, wire, nav, values, where) {
  return {
    ...lookups(store, nav),
    values,
    act: (place, input) => wire.act("action", { ...where(), ...place, input, state: values.state() }),
    suggest: (place, query) => wire.act("suggest", { ...where(), ...place, query }),
  };
}
