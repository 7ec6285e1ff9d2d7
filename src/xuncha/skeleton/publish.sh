# Renders all that this ledger gives: into public/ what may leave the office, into internal/ what must not.
# CI runs it on every push. By hand, with xuncha and all its parts installed: sh .ci/publish.sh
set -eu
mkdir -p public internal

# Runs one command. A ledger that does not hold yet what a document is made of has none: that is said, and is no fault.
render() {
  said=$(xuncha "$@" 2>&1) && code=0 || code=$?
  printf '%s\n' "$said"
  case $said in
    *'error[notice-incomplete]'* | *'error[nothing-to-tell]'* | *'error[nothing-submitted]'*) code=0 ;;
  esac
  return "$code"
}

for form in txt md html docx pdf; do
  render notice -f "$form" -o "public/notice.$form"
done
render dashboard -o public/index.html
render dashboard --internal -o internal/dashboard.html
render report weekly -f docx -o internal/weekly.docx
render report dispatch -f docx -o internal/dispatch.docx
render report plan -f docx -o internal/plan.docx
render report progress -f docx -o internal/progress.docx
render report closing --submitted -f docx -o internal/closing.docx
render calendar -o internal/calendar.ics
