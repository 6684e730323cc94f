"""Function words by language: they tell languages apart, and say nothing about what a text is about.

Written as people write them, with accents; a word may belong to several languages.
"""

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        """
        a an the and or but if of at by for with about into to from up down in out on off over under again then
        once here there when where why how all any both each few more most other some such no nor not only own
        same so than too very can will just don't should now is are was were be been being have has had do does
        did i you he she it we they me him her us them my your his its our their this that these those what which
        who am i'm it's i've you're we're that's can't didn't doesn't isn't let's get got love like
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "es": frozenset(
        """
        a el la los las un una unos unas y o pero si de del al en con por para sin sobre entre hasta desde que quien
        cuando donde como porque muy más menos también ya no ni es son era fue ser estar está están estoy soy eres
        somos hay tengo tiene hace yo tú él ella nosotros ellos me te se nos le les lo mi mis tu tus su sus
        nuestro esto esta este estos estas eso ese esa qué cómo dónde cuál cuándo quién todo todos nada algo
        gracias ahora vivo
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "pt": frozenset(
        """
        a o os as um uma uns umas e ou mas se de do da dos das no na nos nas em com por pelo pela para sem sobre
        entre até desde que quem quando onde como porque muito mais menos também já não nem é são era foi ser
        estar está estão estou sou somos há tenho tem eu ele ela nós eles elas me te lhe meu minha meus minhas teu
        seu sua seus suas nosso isto isso este esta esse essa aquele você vocês obrigado obrigada agora tudo moro
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "fr": frozenset(
        """
        le la les un une des du de et ou mais si au aux en dans avec par pour sans sur entre jusque depuis que qui
        quand où comme parce très plus moins aussi déjà ne pas ni est sont était été être suis es sommes êtes il
        elle nous vous ils elles on je tu me te se lui leur mon ma mes ton ta tes son sa ses notre nos votre vos
        leurs ce cette ces cet ça c'est j'ai j'habite n'est qu'il d'un d'une merci maintenant tout tous
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "de": frozenset(
        """
        der die das den dem des ein eine einen einem einer eines und oder aber wenn von vom zu zum zur im in mit
        bei für ohne über zwischen bis seit dass wer wann wo wie weil sehr mehr weniger auch schon nicht kein
        keine ist sind war waren sein bin bist seid hat habe haben ich du er sie es wir ihr mich dich sich uns
        euch mein meine dein deine seine unser dieser diese dieses was welche jetzt danke alle alles nur noch nach
        aus auf
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "it": frozenset(
        """
        a il lo la gli le un uno una e o ma se di del della dei delle al alla in nel nella con per senza su tra fra
        fino da dal che chi quando dove come perché molto più meno anche già non né è sono era stato essere sto
        stai siamo c'è ho hai ha abbiamo io tu lui lei noi voi loro mi ti si ci vi mio mia miei tuo tua suo sua
        nostro questo questa questi quello cosa quale grazie adesso ora tutto tutti abito vivo
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "nl": frozenset(
        """
        de het een en of maar als van aan op in met bij voor zonder over tussen tot sinds dat die wie wanneer waar
        hoe omdat heel zeer meer minder ook al niet geen is zijn was waren ben bent heb hebt heeft hebben ik jij
        je hij zij ze wij we jullie mij me jou hem haar ons mijn jouw onze deze dit wat welke nu dank alle alles
        nog naar uit woon
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "sv": frozenset(
        """
        en ett och eller men om av på i med för utan över mellan till sedan att som vem när var hur därför mycket
        mer mindre också redan inte ingen är vara blir har hade jag du han hon det vi ni de mig dig sig oss er min
        mitt mina din ditt sin vår denna detta vad vilken nu tack alla allt bara från bor
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "da": frozenset(
        """
        en et og eller men hvis af på i med for uden over mellem til siden at som hvem hvornår hvor hvordan fordi
        meget mere mindre også allerede ikke ingen er var være bliver har havde jeg du han hun det vi de mig dig
        sig os min mit mine din dit sin vores denne dette hvad hvilken nu tak alle alt kun fra bor
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "no": frozenset(
        """
        en et og eller men hvis av på i med for uten over mellom til siden at som hvem når hvor hvordan fordi mye
        mer mindre også allerede ikke ingen er var være blir har hadde jeg du han hun det vi dere de meg deg seg
        oss min mitt mine din ditt sin vår denne dette hva hvilken nå takk alle alt bare fra bor
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "pl": frozenset(
        """
        i w z na do od po za przez dla bez nad pod między że kto kiedy gdzie jak bo bardzo więcej mniej też już
        nie ani jest są był była być jestem jesteś mam ma mamy ja ty on ona my wy oni mnie ciebie się nas was mój
        moja moje twój twoja jego jej nasz ten ta to te co który która teraz dziękuję wszystko tylko ale lub
        mieszkam
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "ro": frozenset(
        """
        un o și sau dar dacă de din la în cu prin pentru fără pe între până că cine când unde cum foarte mai puțin
        deja nu nici este sunt era fost fi eu tu el ea noi voi ei mă te se ne vă meu mea mei tău ta său sa nostru
        acest această ce care acum mulțumesc tot toate doar locuiesc
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "tr": frozenset(
        """
        bir ve veya ama eğer için ile gibi kadar daha çok az da de ki kim ne zaman nerede nasıl çünkü değil yok
        var mı mi ben sen o biz siz onlar benim senin onun bizim bu şu her şey şimdi teşekkürler sadece bana sana
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "id": frozenset(
        """
        yang dan atau tapi jika di ke dari dengan untuk tanpa pada antara sampai sejak bahwa siapa kapan dimana
        bagaimana karena sangat lebih kurang juga sudah tidak bukan adalah ada saya aku kamu dia kami kita mereka
        ini itu apa sekarang terima kasih semua hanya tinggal
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "fi": frozenset(
        """
        ja tai mutta jos että kuka milloin missä miten koska hyvin enemmän vähemmän myös jo ei en et ole on oli
        olla olen olet minä sinä hän me te he minun sinun tämä se nämä mitä mikä nyt kiitos kaikki vain kanssa
        ilman asun
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "ru": frozenset(
        """
        и в во на с со к у о от до по за из для без над под между что кто когда где как потому очень более также
        уже не ни это есть был была было быть я ты он она мы вы они меня тебя его её нас вас их мой моя мои твой
        наш этот эта эти который сейчас спасибо всё все только но или живу
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "uk": frozenset(
        """
        і й та в у на з із до від по за для без над під між що хто коли де як тому дуже більш також вже не ні це є
        був була бути я ти він вона ми ви вони мене тебе його її нас вас мій моя твій наш цей ця ці який зараз
        дякую все тільки але або живу
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "ar": frozenset(
        """
        في من إلى على عن مع هذا هذه ذلك التي الذي أن إن لا ما هو هي أنا أنت نحن كان كل و أو ثم لكن قد لم لن بعد
        قبل بين عند كيف أين متى لماذا شكرا الآن أعيش
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
    "fa": frozenset(
        """
        در از به با که این آن را است هست بود من تو او ما شما آنها برای و یا اما چه چرا کجا کی خیلی هم نه می نمی
        """.split()  # noqa: SIM905  a page of quoted words is harder to read
    ),
}
