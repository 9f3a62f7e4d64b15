import { html } from '../html.ts';
import type { Texts } from './texts.ts';
import { whole } from './whole.ts';

const numbers = (n: number) => (n === 1 ? 'מספר אחד' : `${whole(n)} מספרים`);
const accounts = (n: number) => (n === 1 ? 'חשבון אחד' : `${whole(n)} חשבונות`);

export const he: Texts = {
  language: 'he',
  direction: 'rtl',
  locale: 'he',
  ownName: 'עברית',

  title: 'מספרי WhatsApp',
  pause: 'השהיית רענון',
  pausedAt: 'הרענון מושהה מאז {time}.',
  notRefreshedSince: 'לא ניתן לרענן את הדף מאז {time}, והנתונים עשויים להיות לא עדכניים.',

  noAccounts: 'אין חשבונות',
  noData: 'אין נתונים עדכניים',
  offlineOf: (offline, all) =>
    offline === 1
      ? `מספר אחד מתוך ${whole(all)} מנותק`
      : `${whole(offline)} מתוך ${whole(all)} מספרים מנותקים`,
  noneOffline: (all) => `${numbers(all)}, אין מנותקים`,
  unknownToo: (unknown) => `${numbers(unknown)} במצב לא ידוע`,
  missingToo: (missing) => `אין נתונים עדכניים עבור ${accounts(missing)}`,
  dataFrom: (ago) => html`הנתונים עודכנו ${ago}.`,
  pageFrom: (moment) => html`הדף נטען ב־${moment}.`,
  shard: (shard, totalShards) =>
    `מוצגים רק החשבונות של מקטע ${shard} מתוך ${totalShards} (הספירה מתחילה מ־0).`,
  notReloaded: (inForceSince) =>
    html`קובץ ההגדרות השתנה אך אינו תקין; הסיבה מופיעה בלוג. עדיין בתוקף ההגדרות מ־${inForceSince}.`,

  accounts: 'חשבונות',
  otherAccounts: (others) =>
    others === 1 ? 'חשבון אחד ללא תקלות' : `${whole(others)} חשבונות ללא תקלות`,
  allOnline: (all) =>
    all === 0 ? 'אין מספרים' : all === 1 ? 'מספר אחד מחובר' : `${whole(all)} מספרים מחוברים`,
  checkFailed: 'הבדיקה האחרונה נכשלה',
  notChecked: 'טרם נבדק',
  checked: (ago) => html`נבדק ${ago}.`,
  failed: (ago, detail) => html`הבדיקה האחרונה נכשלה ${ago}: ${detail}.`,
  noDataYet: 'עדיין אין נתונים.',
  tooOld: (lastSuccess) =>
    html`הבדיקה המוצלחת האחרונה הייתה ${lastSuccess}, והמספרים ממנה ישנים מכדי להציגם.`,
  nextCheck: (ahead) => html`הבדיקה הבאה ${ahead}.`,
  coolingDown: (until, why) =>
    html`לא יישלחו בקשות לספק עד ${until}${why === undefined ? '' : `, כי ${why}`}.`,
  why: 'הסיבה:',
  what: 'מה לעשות:',
  reasons: {
    credentials: {
      meaning: 'הספק דוחה את client id או את client secret, או שלא ניתן לקרוא את קובץ הסוד',
      remedy:
        'יש לבדוק את client_id ואת client_secret בלוח הבקרה לשותפים. קובץ סוד שהשתנה ייקרא בבדיקה הבאה.',
    },
    blocked: {
      meaning: 'הספק חסם את כתובת ה־IP אחרי יותר מדי ניסיונות כושלים',
      remedy:
        'יש לתקן את פרטי הגישה בכל המערכות שפועלות מכתובת ה־IP הזאת ולהמתין: ניסיון נוסף יתבצע כעבור 15 עד 60 דקות.',
    },
    token: {
      meaning: 'הספק דוחה את אסימון הגישה, גם כשהוא חדש',
      remedy:
        'אסימון גישה קבוע תקף לשעה אחת: יש לעבור ל־client_id ול־client_secret, או לחדש את קובץ האסימון.',
    },
    rate_limited: {
      meaning: 'הספק מחזיר HTTP 429, כלומר יותר מדי בקשות',
      remedy: 'יש להפחית את תדירות הבדיקות, או לברר מי עוד משתמש בחשבון.',
    },
    timeout: {
      meaning: 'הבדיקה לא הסתיימה בתוך הזמן שהוגדר ב־poll.timeout',
      remedy: 'יש לבדוק את הקישוריות אל הספק, ולהגדיל את poll.timeout אם הרשימה ארוכה.',
    },
    network: {
      meaning: 'לא התקבלה תשובת HTTP תקינה: תקלת DNS, חיבור שנדחה או נותק, או פרוקסי',
      remedy: 'יש לבדוק את ה־DNS, את חומת האש, את כללי היציאה לרשת ואת HTTPS_PROXY.',
    },
    tls: {
      meaning: 'חיבור ה־TLS נכשל או שהאישור (certificate) אינו מהימן',
      remedy: 'יש לבדוק את השעון ואת אישורי ה־CA ‏(NODE_EXTRA_CA_CERTS).',
    },
    redirect: {
      meaning: 'הספק מפנה לכתובת אחרת. אין מעקב אחר הפניות, כי הסודות נשלחים רק אל api_url',
      remedy: 'יש לבדוק את api_url. ייתכן שבדרך נמצאים פרוקסי או דף כניסה לרשת.',
    },
    http_status: {
      meaning: 'התקבלה תשובה עם קוד HTTP שאינו 200, שאף סיבה אחרת אינה מסבירה',
      remedy:
        'יש לבדוק את הקוד: 5xx הוא תקלה אצל הספק; 403 עם דף HTML מגיע מחומת אש או מדף כניסה לרשת.',
    },
    too_large: {
      meaning: 'התשובה גדולה מ־20 מגה־בייט לאחר פריסה, או מכילה יותר מ־1,500,000 ערכים',
      remedy: 'יש לוודא ש־api_url הוא ה־API של הספק.',
    },
    invalid_json: {
      meaning: 'התשובה אינה JSON',
      remedy: 'יש לבדוק את api_url. דף שגיאה עם קוד 200 נראה כך.',
    },
    invalid_response: {
      meaning: 'התשובה היא JSON אך לא במבנה המתועד (לדוגמה, חסרה בה הרשימה)',
      remedy: 'ייתכן שה־API השתנה: כדאי לחפש גרסה חדשה יותר, ואם אין – לדווח.',
    },
    provider_failed: {
      meaning: 'הספק החזיר FAIL עם קוד סיבה לא מוכר',
      remedy: 'יש לחפש את קוד הסיבה בתיעוד של הספק.',
    },
    internal: {
      meaning: 'שגיאה לא צפויה בתוכנה',
      remedy: 'יש לדווח על כך ולצרף את שורת הלוג, שכוללת את פירוט השגיאה.',
    },
  },

  numbers: 'מספרים',
  search: 'חיפוש',
  searchLabel: 'שם או מספר',
  account: 'חשבון',
  allAccounts: 'כל החשבונות',
  stateLabel: 'סינון לפי מצב',
  filters: { all: 'הכול', offline: 'רק מנותקים', unknown: 'רק לא ידועים', online: 'רק מחוברים' },
  nothingToShow: 'אין מספרים עדכניים להצגה.',
  found: (n) => (n === 0 ? 'לא נמצאו מספרים' : numbers(n)),
  forSearch: (search) => html` עבור „${search}”`,
  inAccount: (account) => html` בחשבון ${account}`,
  showAll: 'הצגת הכול',
  asCsv: 'הורדה כקובץ CSV',
  print: 'הדפסה',
  firstRows: (rows) => `כאן מוצגים רק ${whole(rows)} הראשונים; קובץ ה־CSV כולל את כולם.`,

  caption: 'המספרים, מצבם והשיחות שלהם החודש',
  columns: {
    name: 'מספר',
    state: 'מצב',
    since: 'ממתי',
    account: 'חשבון',
    total: 'החודש',
    marketing: 'שיווק',
    service: 'שירות',
    incoming: 'נכנסות',
  },
  dashboard: 'גרפים',
  states: { offline: 'מנותק', unknown: 'לא ידוע', online: 'מחובר' },
  since: (moment) => html`מאז ${moment}`,
  sinceAtLeast: (moment) => html`לפחות מאז ${moment}`,
  place: (inbox, account) => html`תיבה ${inbox} בחשבון ${account}`,
  suspended: 'מושעה',
  legend: [
    ['מנותק', 'המספר אינו מחובר לתיבת שיחות, ולכן הודעות של לקוחות לא מגיעות לנציגים.'],
    ['החודש', 'כל השיחות בחודש הנוכחי, לפי הספירה של הספק.'],
    ['שיווק', 'תבניות שיווקיות שנשלחו.'],
    ['שירות', 'תבניות שירות שנשלחו מחוץ לחלון פתוח של 24 שעות.'],
    ['נכנסות', 'חלונות של 24 שעות שנפתחו בעקבות הודעה של לקוח.'],
  ],

  pages: 'עמודים',
  previous: 'הקודם',
  next: 'הבא',
  page: 'עמוד',
  ofPages: (pages) => `מתוך ${whole(pages)}`,
  goToPage: 'מעבר',

  csvColumns: {
    number: 'מספר',
    displayName: 'שם תצוגה',
    businessName: 'שם העסק',
    state: 'מצב',
    since: 'מאז (UTC)',
    isExact: 'השינוי נצפה',
    inbox: 'תיבת שיחות',
    onlineAccount: 'חשבון Online',
    account: 'חשבון',
    total: 'שיחות החודש',
    marketing: 'שיווק',
    service: 'שירות',
    incoming: 'נכנסות',
  },
  yes: 'כן',
  no: 'לא',

  withoutScript: (reload) =>
    html`ללא JavaScript הדף אינו מתרענן מעצמו. ${reload} כדי לראות נתונים חדשים.`,
  reload: 'טעינה מחדש',
  links: {
    metrics: 'מדדים',
    json: 'הדף הזה כ־JSON',
    targets: 'יעדים ל־Prometheus',
    health: 'תקינות',
    readiness: 'מוכנות',
  },
};
