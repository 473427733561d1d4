"""Sources that have a name and a kind: search engines, networks, shops, mail, assistants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """What a source is, as far as channels ask."""

    SEARCH = "search"
    SOCIAL = "social"
    VIDEO = "video"
    SHOPPING = "shopping"
    EMAIL = "email"
    AI = "ai"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Known:
    """A source by its friendly name."""

    name: str
    kind: Kind


# One line each: name = hosts, app ids and words by which it is called. A name in front of `.*` stands
# for that company under the domains of all countries. Subdomains belong to their domain unless they
# have a line of their own.
_TABLE = {
    Kind.SEARCH: """
        Google = google.* google goog adwords googleads com.google.android.googlequicksearchbox
            googleadservices.com com.android.chrome googlesyndication.com doubleclick.net
        Bing = bing.com bing msn.com microsoft bingads com.microsoft.bing
        DuckDuckGo = duckduckgo.com duckduckgo ddg com.duckduckgo.mobile.android
        Yahoo! = yahoo.* search.yahoo.com yahoo
        Yandex = yandex.* ya.ru yandex com.yandex.browser ru.yandex.searchplugin
        Baidu = baidu.com baidu
        Ecosia = ecosia.org ecosia
        Brave Search = search.brave.com brave
        Startpage = startpage.com startpage
        Qwant = qwant.com qwant
        Kagi = kagi.com kagi
        Naver = naver.com naver
        Seznam = seznam.cz seznam
        Sogou = sogou.com sogou
        360 Search = so.com 360.cn
        Daum = daum.net daum
        AOL = aol.com aol
        Ask = ask.com ask
        Mojeek = mojeek.com mojeek
        Swisscows = swisscows.com
        Presearch = presearch.com presearch.org
        Coc Coc = coccoc.com
        Dogpile = dogpile.com
        Marginalia = search.marginalia.nu
        Rambler = rambler.ru rambler
        Petal Search = petalsearch.com
    """,
    Kind.SOCIAL: """
        Facebook = facebook.com facebook fb fb.com fb.me m.me messenger.com com.facebook.katana
            com.facebook.orca facebook_ads meta
        Instagram = instagram.com instagram ig com.instagram.android
        Threads = threads.net threads.com threads
        X = x.com twitter.com t.co twitter x com.twitter.android
        LinkedIn = linkedin.com lnkd.in linkedin com.linkedin.android
        Reddit = reddit.com redd.it reddit com.reddit.frontpage
        Hacker News = news.ycombinator.com hackernews hn hacker-news
        Pinterest = pinterest.* pin.it pinterest com.pinterest
        TikTok = tiktok.com tiktok com.zhiliaoapp.musically com.ss.android.ugc.trill
        Snapchat = snapchat.com snapchat com.snapchat.android
        WhatsApp = whatsapp.com wa.me whatsapp com.whatsapp
        Telegram = telegram.org t.me telegram.me telegram org.telegram.messenger
        Discord = discord.com discord.gg discordapp.com discord com.discord
        Mastodon = mastodon.social mastodon.online mstdn.social fosstodon.org hachyderm.io mastodon
        Bluesky = bsky.app bluesky
        Tumblr = tumblr.com tumblr
        VK = vk.com vk vkontakte away.vk.com
        Odnoklassniki = ok.ru
        WeChat = weixin.qq.com wechat.com wechat
        Weibo = weibo.com weibo
        Quora = quora.com quora
        Lobsters = lobste.rs lobsters
        Slack = slack.com slack com.slack
        Microsoft Teams = teams.microsoft.com
        LINE = line.me liff.line.me
        Nextdoor = nextdoor.com
        Xing = xing.com xing
        Flipboard = flipboard.com flipboard
        Product Hunt = producthunt.com producthunt product_hunt
        Lemmy = lemmy.world lemmy.ml
        ShareChat = sharechat.com
        Kakao = kakao.com
        Zhihu = zhihu.com
        Viber = viber.com
        Signal = signal.org
    """,
    Kind.VIDEO: """
        YouTube = youtube.com youtu.be youtube yt com.google.android.youtube
        Vimeo = vimeo.com vimeo
        Twitch = twitch.tv twitch
        Dailymotion = dailymotion.com dailymotion
        Netflix = netflix.com
        Bilibili = bilibili.com
        Rumble = rumble.com
        Odysee = odysee.com
    """,
    Kind.SHOPPING: """
        Amazon = amazon.* amazon
        eBay = ebay.* ebay
        Etsy = etsy.com etsy
        AliExpress = aliexpress.com aliexpress
        Walmart = walmart.com walmart
        Flipkart = flipkart.com flipkart
        Meesho = meesho.com
        Shopify = shopify.com shop.app
        Google Shopping = shopping.google.com shopping.google.*
        Idealo = idealo.de
        PriceRunner = pricerunner.com
        Mercado Libre = mercadolibre.com mercadolivre.com.br
        Rakuten = rakuten.com rakuten.co.jp
        Temu = temu.com
    """,
    Kind.EMAIL: """
        Gmail = mail.google.com gmail gmail.com com.google.android.gm
        Outlook = outlook.live.com outlook.office.com outlook.office365.com outlook.com outlook
            mail.live.com com.microsoft.office.outlook
        Yahoo! Mail = mail.yahoo.com mail.yahoo.*
        Proton Mail = mail.proton.me mail.protonmail.com
        iCloud Mail = icloud.com
        Fastmail = app.fastmail.com fastmail.com
        GMX = gmx.net gmx.de gmx.com
        WEB.DE = web.de
        Zoho Mail = mail.zoho.com
        AOL Mail = mail.aol.com
        Yandex Mail = mail.yandex.ru mail.yandex.com
        Mail.ru = e.mail.ru
        Naver Mail = mail.naver.com
        HEY = app.hey.com
        Mailchimp = mailchimp.com list-manage.com campaign-archive.com mailchimp
        Substack = substack.com substack
        Beehiiv = beehiiv.com beehiiv
        Buttondown = buttondown.email buttondown.com buttondown
        ConvertKit = convertkit.com convertkit kit.com
        Brevo = brevo.com sendinblue.com brevo sendinblue
        Klaviyo = klaviyo.com klaviyo
        HubSpot Mail = hs_email
        Customer.io = customer.io customerio
    """,
    Kind.AI: """
        ChatGPT = chatgpt.com chat.openai.com openai.com chatgpt openai com.openai.chatgpt
        Perplexity = perplexity.ai perplexity ai.perplexity.app.android
        Claude = claude.ai claude anthropic.com
        Gemini = gemini.google.com bard.google.com gemini com.google.android.apps.bard
        Copilot = copilot.microsoft.com copilot.cloud.microsoft copilot.com copilot
        DeepSeek = chat.deepseek.com deepseek.com deepseek
        Grok = grok.com x.ai grok
        Mistral = chat.mistral.ai mistral.ai mistral
        Meta AI = meta.ai
        You.com = you.com
        Phind = phind.com
        Poe = poe.com
        Kimi = kimi.com kimi.moonshot.cn
        Doubao = doubao.com
        Qwen = chat.qwen.ai qwen.ai tongyi.aliyun.com
        NotebookLM = notebooklm.google.com
        HuggingChat = huggingface.co
    """,
    Kind.SITE: """
        GitHub = github.com github gist.github.com
        GitLab = gitlab.com gitlab
        Stack Overflow = stackoverflow.com stackoverflow
        Wikipedia = wikipedia.org wikipedia
        Medium = medium.com medium
        DEV Community = dev.to
        Google News = news.google.com
        Google Accounts = accounts.google.com
        Google Docs = docs.google.com
        Google Translate = translate.google.com translate.goog
        Google Groups = groups.google.com
        Google Classroom = classroom.google.com
        Notion = notion.so notion.site
        Trello = trello.com
        Jira = atlassian.net
        Feedly = feedly.com feedly
        Inoreader = inoreader.com
        Pocket = getpocket.com
        Trustpilot = trustpilot.com
        G2 = g2.com
        Capterra = capterra.com
        Crunchbase = crunchbase.com
        Bitbucket = bitbucket.org
        npm = npmjs.com
        PyPI = pypi.org
        Docker Hub = hub.docker.com
        AlternativeTo = alternativeto.net
    """,
}
_COUNTRIES = re.compile(r"(?:com|org|net|[a-z]{2}|com?\.[a-z]{2})")


def _read_table() -> dict[str, Known]:
    known: dict[str, Known] = {}
    for kind, lines in _TABLE.items():
        name = ""
        for line in lines.strip().splitlines():
            before, equals, after = line.partition(" = ")
            if equals:
                name = before.strip()
            for called in (after if equals else line).split():
                known[called] = Known(name, kind)
    return known


_KNOWN = _read_table()


@lru_cache(maxsize=8_192)
def by_host(host: str) -> Known | None:
    """The source behind a host or app id, as `clean_host` gives it; None when it has no name here."""
    labels = host.split(".")
    for at in range(len(labels)):
        rest = ".".join(labels[at:])
        found = _KNOWN.get(rest) if at < len(labels) - 1 else None
        found = found or _in_any_country(labels, at)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=8_192)
def by_name(name: str) -> Known | None:
    """The source that a campaign calls `name`: a word such as "fb", or a host."""
    called = name.strip().lower()
    found = _KNOWN.get(called)
    if found is None and "." in called and " " not in called:
        found = by_host(called.removeprefix("www."))
    return found


def _in_any_country(labels: list[str], at: int) -> Known | None:
    """`google.co.in` and `mail.yahoo.fr`: the company's name in front of a country's ending."""
    for end in (at + 1, at + 2):
        if end < len(labels) and _COUNTRIES.fullmatch(".".join(labels[end:])):
            found = _KNOWN.get(".".join(labels[at:end]) + ".*")
            if found is not None:
                return found
    return None
