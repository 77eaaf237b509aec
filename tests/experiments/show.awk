# Prints a table for reading: show.awk TABLE.csv MADE.csv
#
# The first comment of TABLE.csv stands above, the others below.
BEGIN { FS = "," }
/^#/ && FILENAME == ARGV[1] { sub(/^# */, ""); text[n_text++] = $0 }
FILENAME == ARGV[1] { next }
FNR == 1 {
    print "\n" text[0] "\n"
    printf "%-30s %8s %-9s %4s  %9s  %s\n", "", "ours", "   s.e.", "runs", "published", "source"
    next
}
$4 == 0 { printf "%-30s %8s %-9s %4s  %9s  %s\n", $1, "-", "", "", $5, $6; next }
{
    error = $3 == "" ? "" : sprintf("+- %.2f", $3)
    printf "%-30s %8.2f %-9s %4s  %9s  %s\n", $1, $2, error, $4, $5, $6
}
END {
    print ""
    for (i = 1; i < n_text; i++)
        print "  " text[i]
}
