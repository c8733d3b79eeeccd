// The short names that bots use most. An unknown name is shown as it was written.

const TABLE = `
grinning:😀 smile:😄 smiley:😃 grin:😁 laughing:😆 joy:😂 wink:😉 blush:😊 thinking_face:🤔 neutral_face:😐 sweat_smile:😅
heart_eyes:😍 cry:😢 sob:😭 scream:😱 rage:😡 sleeping:😴 sunglasses:😎 confused:😕 relieved:😌 worried:😟 dizzy_face:😵
tada:🎉 rocket:🚀 fire:🔥 boom:💥 sparkles:✨ star:⭐ star2:🌟 zap:⚡ bulb:💡 bell:🔔 no_bell:🔕 mega:📣 loudspeaker:📢
white_check_mark:✅ heavy_check_mark:✔️ ballot_box_with_check:☑️ x:❌ negative_squared_cross_mark:❎ warning:⚠️ no_entry:⛔
no_entry_sign:🚫 octagonal_sign:🛑 rotating_light:🚨 question:❓ grey_question:❔ exclamation:❗ bangbang:‼️ information_source:ℹ️
red_circle:🔴 large_orange_circle:🟠 large_yellow_circle:🟡 large_green_circle:🟢 large_blue_circle:🔵 large_purple_circle:🟣
white_circle:⚪ black_circle:⚫ large_orange_diamond:🔶 small_red_triangle:🔺 small_red_triangle_down:🔻 white_large_square:⬜
black_large_square:⬛ red_square:🟥 large_green_square:🟩 large_yellow_square:🟨 thumbsup:👍 +1:👍 thumbsdown:👎 -1:👎 ok_hand:👌
wave:👋 clap:👏 raised_hands:🙌 pray:🙏 muscle:💪 eyes:👀 point_right:👉 point_left:👈 point_up:☝️ point_down:👇 raised_hand:✋
heart:❤️ green_heart:💚 blue_heart:💙 yellow_heart:💛 purple_heart:💜 broken_heart:💔 100:💯 gem:💎 trophy:🏆 medal:🏅 gift:🎁
hourglass:⌛ hourglass_flowing_sand:⏳ clock1:🕐 stopwatch:⏱️ alarm_clock:⏰ watch:⌚ calendar:📅 date:📅 spiral_calendar_pad:🗓️
lock:🔒 unlock:🔓 key:🔑 closed_lock_with_key:🔐 shield:🛡️ mag:🔍 mag_right:🔎 link:🔗 wrench:🔧 hammer:🔨 gear:⚙️ toolbox:🧰
package:📦 inbox_tray:📥 outbox_tray:📤 email:✉️ envelope:✉️ incoming_envelope:📨 mailbox:📫 phone:☎️ iphone:📱 computer:💻
desktop_computer:🖥️ floppy_disk:💾 chart_with_upwards_trend:📈 chart_with_downwards_trend:📉 bar_chart:📊 clipboard:📋 memo:📝
pencil:📝 pencil2:✏️ bookmark:🔖 books:📚 page_facing_up:📄 file_folder:📁 pushpin:📌 paperclip:📎 scroll:📜 label:🏷️
globe_with_meridians:🌐 earth_africa:🌍 earth_americas:🌎 house:🏠 office:🏢 moneybag:💰 credit_card:💳 shopping_trolley:🛒
arrow_right:➡️ arrow_left:⬅️ arrow_up:⬆️ arrow_down:⬇️ arrow_upper_right:↗️ arrow_lower_right:↘️ arrows_counterclockwise:🔄
repeat:🔁 back:🔙 soon:🔜 new:🆕 ok:🆗 sos:🆘 construction:🚧 checkered_flag:🏁 traffic_light:🚦 snail:🐌 turtle:🐢 bug:🐛
robot_face:🤖 ghost:👻 skull:💀 coffee:☕ pizza:🍕 beers:🍻 cake:🍰 seedling:🌱 sunny:☀️ cloud:☁️ snowflake:❄️ umbrella:☔
ambulance:🚑 fire_engine:🚒 helmet_with_white_cross:⛑️ pager:📟 satellite_antenna:📡 electric_plug:🔌 battery:🔋 scissors:✂️
one:1️⃣ two:2️⃣ three:3️⃣ four:4️⃣ five:5️⃣ six:6️⃣ seven:7️⃣ eight:8️⃣ nine:9️⃣ zero:0️⃣ keycap_ten:🔟 speech_balloon:💬 zzz:💤
`;

const EMOJI = new Map(
  TABLE.trim().split(/\s+/).map((pair) => {
    const cut = pair.lastIndexOf(":");
    return [pair.slice(0, cut), pair.slice(cut + 1)];
  }),
);

// The character for a short name (with or without a skin tone), or null.
export const emoji = (name) => EMOJI.get(String(name).replace(/::skin-tone-\d$/, "")) ?? null;

// A rich_text emoji may carry its own code points ("1f600" or "1f1e9-1f1ea").
export function fromUnicode(points) {
  const codes = String(points ?? "").split("-").map((part) => Number.parseInt(part, 16));
  if (!codes.length || codes.some((code) => !Number.isInteger(code) || code < 0x20 || code > 0x10ffff)) return null;
  return String.fromCodePoint(...codes);
}
