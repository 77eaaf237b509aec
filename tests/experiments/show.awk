# Prints a table for reading: show.awk TABLE.csv MADE.csv
#
# The first comment of TABLE.csv stands above, the others below.
BEGIN { FS = "," }
/^#/ && FILENAME == ARGV[1] { sub(/^# */, ""); text[n_text++] = $0 }
FILENAME == ARGV[1] { next }
FNR == 1 {
    print "\n" text[0] "\n"
    printf "%-30s %8s    %-6s %4s  %9s  %s\n", "", "ours", "s.e.", "runs", "published", "source"
    next
}
$4 == 0 { printf "%-30s %8s    %-6s %4s  %9s  %s\n", $1, "-", "", "", $5, $6; next }
{ printf "%-30s %8.2f %s %-6s %4s  %9s  %s\n", $1, $2, $3 == "" ? "  " : "+-", $3, $4, $5, $6 }
END {
    print ""
    for (i = 1; i < n_text; i++)
        print "  " text[i]
}
