/* On a phone, Wagtail's menu button stands below a message, and stays there when the message has
   scrolled away, over the buttons of a panel. */
document.addEventListener("DOMContentLoaded", () => {
  const messages = document.querySelector(".messages");
  if (!messages.querySelector("li")) return;
  new IntersectionObserver(([entry]) => {
    document.body.classList.toggle("has-messages", entry.isIntersecting);
  }).observe(messages);
});
